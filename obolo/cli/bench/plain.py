"""The baseline that ingest is measured against: one Django view, one insert a request.

Owns: the hook as it would be written without shared commits. The check of the signature, the wall
and the row are the real ones; secrets are kept in memory as the real hook keeps them. Never served
outside a bench.
"""

from functools import cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from obolo.gateways.messaging.whatsapp import signature
from obolo.gateways.models import Notice
from obolo.organisations import queries
from obolo.organisations.wall import within

SOURCE = "whatsapp"


@csrf_exempt
@require_POST
def take_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Check the signature, insert one row, commit, answer an empty 200."""
    organisation_id, account_id, secret = _sender(slug)
    given = request.headers.get("X-Hub-Signature-256", "").encode("latin-1", "replace")
    if not signature.is_authentic([secret], request.body, [(signature.HEADER, given)]):
        return HttpResponse(status=403, headers={"Content-Length": "0"})
    with within(organisation_id):
        Notice.objects.create(source=SOURCE, account_id=account_id, body=request.body)
    return HttpResponse(headers={"Content-Length": "0"})


@cache
def _sender(slug: str) -> tuple[UUID, UUID, str]:
    organisation_id = queries.id_by_slug(slug)
    with within(organisation_id):
        account = queries.account(SOURCE)
        assert account is not None
        return organisation_id, account.id, str(queries.account_secrets(account)["app_secret"])


urlpatterns = [path("django/<slug:slug>", take_in)]
