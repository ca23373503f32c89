"""A donor's page moves to a new address: the old one is asked for, then pressed away.

Looking changes nothing; only the press does. The token in the address is the only key there is.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from obolo.organisations import queries as organisations
from obolo.stories import renew_a_link
from obolo.trace import queries as trace
from obolo.web.public.books import nothing
from obolo.web.words import pick


@csrf_exempt  # the token in the address is the key; there is no cookie to misuse
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Ask whether; on POST end this address and send another to the chat."""
    gift = trace.gift_by_token(token)
    if gift is None:
        return nothing(request)
    organisation = organisations.current()
    words = {
        "lang": pick(request.GET.get("lang"), gift.payment.language, organisation.language),
        "organisation": organisation,
        "slug": slug,
        "token": token,
        "done": request.method == "POST",
    }
    if request.method == "POST":
        renew_a_link.renew(gift=gift, by=None, why="")
    return render(request, "public/renew.html", words)
