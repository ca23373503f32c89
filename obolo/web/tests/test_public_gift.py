"""The donor's page: who may open it, what it says in which language, what it never says."""

import itertools
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from obolo.organisations.wall import within
from obolo.trace import actions as trace
from obolo.web.tests import public_cast as cast

PAGE_BYTES_MAX = 50_000


@pytest.fixture
def client() -> Client:
    return Client()


class Outline(HTMLParser):
    """What a reader's machine sees: tags with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def html_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return plain(answer.content.decode())


def plain(html: str) -> str:
    """Without the marks that only steer direction and without hard spaces."""
    return re.sub("[\u2068\u2069\u200f\u200e]", "", html).replace("\xa0", " ")


def test_a_fresh_gift_is_told_with_what_is_still_to_come(charity, client):
    cause = cast.well()
    html = html_of(client, cast.page_of(cast.paid(cast.opened(cause))))
    assert "5,00 € per Il pozzo di Moroto" in html
    assert "il servizio di pagamento ha trattenuto 0,30 €" in html
    # 4.70 arrived; a tenth of it is overhead, taken off before the cents are numbered
    assert "4,23 € sono entrati nel fondo" in html
    assert "Sono i centesimi 1–423 del fondo" in html
    assert "0,47 € aiutano Acqua Viva a funzionare" in html
    assert html.count('class="step done"') == 3
    assert html.count('class="step waiting"') == 2
    assert "Quando il fondo comprerà qualcosa" in html
    assert "Ricevuta n. 2026/000001" in html or re.search(r"Ricevuta n\. \d{4}/000001", html)


def test_a_purchase_shows_what_the_gift_counted_towards(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    cast.bought(cause, 200, what="Tubi & raccordi <3>")
    html = html_of(client, cast.page_of(gift))
    assert "2,00 € del tuo dono hanno contribuito a" in html
    assert "Tubi &amp; raccordi &lt;3&gt;" in html
    assert "<3>" not in html
    assert "Centesimi 1–200 del fondo; l'acquisto intero è costato 2,00" in html.replace(
        "&#x27;", "'"
    )
    assert "Fattura in archivio, impronta" in html
    assert re.search(r"<code dir=\"ltr\">[0-9a-f]{12}…</code>", html)
    assert html.count('class="step partly"') == 1
    assert "<strong>2,00 €</strong> già spesi" in html
    assert "<strong>2,23 €</strong> ancora da spendere" in html


def test_a_second_gift_has_the_next_numbers_and_the_fund_has_both(charity, client):
    cause = cast.well()
    cast.paid(cast.opened(cause))
    second = cast.paid(cast.opened(cause))
    cast.bought(cause, 300)
    html = html_of(client, cast.page_of(second))
    assert "Sono i centesimi 424–846 del fondo" in html
    assert "Tubi per il pozzo" in html  # the whole fund stands beside it
    assert "hanno contribuito a" not in html  # but these were not its cents
    assert "<dd>8,46 €</dd>" in html
    assert "<dd>2</dd>" in html


def test_a_gift_eaten_by_its_fee_says_so(charity, client):
    html = html_of(client, cast.page_of(cast.paid(cast.opened(cast.well(), minor=20), fee=30)))
    assert "la commissione del pagamento li ha presi tutti" in html


def test_another_amount_and_an_estimated_fee_are_named(charity, client):
    gift = cast.paid(cast.opened(cast.well()), minor=700, fee=None)
    html = html_of(client, cast.page_of(gift))
    assert "Avevamo chiesto 5,00 €; sono arrivati 7,00 €" in html
    assert "sarà corretto appena noto" in html


@pytest.mark.parametrize(
    ("query", "lang", "direction", "sentence"),
    [
        ("", "it", "ltr", "La strada del tuo dono"),
        ("?lang=en", "en", "ltr", "counted towards"),
        ("?lang=ar", "ar", "rtl", "طريق تبرّعك"),
        ("?lang=xx", "it", "ltr", "La strada del tuo dono"),
    ],
)
def test_the_page_speaks_the_language_asked_for(charity, client, query, lang, direction, sentence):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    cast.bought(cause, 200)
    html = html_of(client, cast.page_of(gift) + query)
    assert Outline(html).all("html") == [{"lang": lang, "dir": direction}]
    assert sentence in html


def test_without_a_wish_the_page_speaks_as_the_chat_did(charity, client):
    html = html_of(client, cast.page_of(cast.paid(cast.opened(cast.well(), lang="ar"))))
    assert Outline(html).all("html")[0]["dir"] == "rtl"


def test_nothing_about_the_person_is_on_any_page(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    cast.bought(cause, 200)
    address = cast.page_of(gift)
    for page in (address, address + "/part", address + "?lang=ar"):
        html = client.get(page).content.decode()
        for secret in ("Anna", "Quattrociocche", cast.PHONE, str(gift.person_id), str(gift.id)):
            assert secret not in html


def test_no_cookie_no_store_no_stranger(charity, client):
    answer = client.get(cast.page_of(cast.paid(cast.opened(cast.well()))))
    assert not answer.cookies
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_page_obeys_its_own_policy_and_loads_nothing_from_elsewhere(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    cast.bought(cause, 200)
    outline = Outline(html_of(client, cast.page_of(gift)))
    for tag, attrs in outline.tags:
        assert "style" not in attrs, f"inline style on <{tag}>"
        assert not [name for name in attrs if name.startswith("on")], f"inline script on <{tag}>"
        for name in ("src", "href", "srcset"):
            assert "//" not in (attrs.get(name) or ""), attrs
    assert all("src" in script for script in outline.all("script"))


def test_pictures_have_words_and_headings_go_down_by_one(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    cast.bought(cause, 200)
    outline = Outline(html_of(client, cast.page_of(gift)))
    assert all("alt" in image for image in outline.all("img"))
    photos = [i for i in outline.all("img") if "/photo/" in (i["src"] or "")]
    assert [p["alt"] for p in photos] == ["Foto dell'acquisto: Tubi per il pozzo"]
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = itertools.pairwise(levels)
    assert all(after - before <= 1 for before, after in steps)
    assert len(outline.all("main")) == 1
    assert all(time.get("datetime") for time in outline.all("time"))


def test_ids_are_unique_and_labels_point_somewhere(charity, client):
    outline = Outline(html_of(client, cast.page_of(cast.paid(cast.opened(cast.well())))))
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    labels = {attrs["aria-labelledby"] for _, attrs in outline.tags if "aria-labelledby" in attrs}
    assert labels
    assert labels <= set(ids)


def test_a_page_with_many_purchases_stays_light(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    for minor in range(1, 13):
        cast.bought(cause, minor, files="photo")
    assert len(client.get(cast.page_of(gift)).content) < PAGE_BYTES_MAX


def test_the_part_is_what_the_page_holds(charity, client):
    address = cast.page_of(cast.paid(cast.opened(cast.well())))
    page, part = client.get(address), client.get(address + "/part?lang=it")
    assert part.content.decode().strip() in page.content.decode()
    assert "<html" not in part.content.decode()


# ---- Addresses that open nothing -------------------------------------------------------------


def refusals(client: Client, address: str) -> list[tuple[int, bytes]]:
    answers = [client.get(address + end) for end in ("", "/part")]
    return [(answer.status_code, answer.content) for answer in answers]


def test_wrong_revoked_and_foreign_tokens_get_one_and_the_same_page(charity, other_charity, client):
    revoked = cast.page_of(gift := cast.paid(cast.opened(cast.well())))
    trace.revoke(gift_id=gift.id)
    living = cast.page_of(gift)
    with within(other_charity.id):
        foreign = cast.page_of(cast.paid(cast.opened(cast.well())))
    assert client.get(living).status_code == 200
    assert client.get(foreign).status_code == 200
    foreign_here = foreign.replace("pane-buono", "acqua-viva")
    own_there = living.replace("acqua-viva", "pane-buono")
    wrong = living[:-1] + ("A" if living[-1] != "A" else "B")
    bad = [revoked, foreign_here, own_there, wrong, "/t/acqua-viva/x", f"/t/acqua-viva/{'é' * 43}"]
    seen = {answer for address in bad for answer in refusals(client, address)}
    assert len(seen) == 1
    assert seen.pop()[0] == 404


def test_an_organisation_nobody_knows_is_404(charity, client):
    assert client.get(f"/t/nobody/{'a' * 43}").status_code == 404


def test_only_reading_is_allowed(charity, client):
    address = cast.page_of(cast.paid(cast.opened(cast.well())))
    for method in (client.post, client.put, client.delete):
        assert method(address).status_code == 405


# ---- Photos ----------------------------------------------------------------------------------


def file_of(purchase: Any, kind: str) -> Any:
    return next(one for one in purchase.evidence.all() if one.kind == kind)


def test_a_photo_of_the_cause_is_shown(charity, client):
    cause = cast.well()
    gift = cast.paid(cast.opened(cause))
    shot = file_of(cast.bought(cause, 200), "photo")
    answer = client.get(f"{cast.page_of(gift)}/photo/{shot.id}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert not answer.cookies


def test_invoices_and_photos_of_other_causes_are_not(charity, client):
    cause, school = cast.well(), cast.well(slug="scuola")
    gift = cast.paid(cast.opened(cause))
    cast.paid(cast.opened(school))
    paper = file_of(cast.bought(cause, 200), "invoice")
    foreign = file_of(cast.bought(school, 100, what="Banchi"), "photo")
    for evidence_id in (paper.id, foreign.id, gift.id):
        answer = client.get(f"{cast.page_of(gift)}/photo/{evidence_id}")
        assert answer.status_code == 404


def test_a_wrong_token_opens_no_photo(charity, client):
    cause = cast.well()
    cast.paid(cast.opened(cause))
    shot = file_of(cast.bought(cause, 200), "photo")
    assert client.get(f"/t/acqua-viva/{'a' * 43}/photo/{shot.id}").status_code == 404


def test_a_fund_with_many_purchases_costs_no_more_questions(
    charity, client, django_assert_num_queries
):
    cause = cast.well()
    address = cast.page_of(cast.paid(cast.opened(cause)))
    cast.bought(cause, 1, files="photo")
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for minor in range(2, 7):
        cast.bought(cause, minor, files="photo invoice")
    with django_assert_num_queries(len(few)):
        client.get(address)
