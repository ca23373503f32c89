"""The pages everybody may find: the ledger's numbers, no donor, three languages, kept but asked."""

import io
import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from obolo.causes import telling
from obolo.causes.models import Evidence
from obolo.kit.clock import now
from obolo.ledger import queries as ledger
from obolo.trace import open_books
from obolo.web.tests import public_cast as cast
from obolo.web.tests.test_public_gift import Outline, html_of

CAUSE = "/c/acqua-viva/pozzo"
ORGANISATION = "/o/acqua-viva"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def well(charity):
    """Two gifts of five euro, three of which were spent."""
    cause = cast.well()
    for _ in range(2):
        cast.paid(cast.opened(cause))
    cast.bought(cause, 300)
    return cause


def test_the_page_of_a_cause_tells_what_the_ledger_holds(well, client):
    html = html_of(client, f"{CAUSE}?lang=en")
    [total] = ledger.fund_totals(well.fund_id)
    assert (total.received_minor, total.spent_minor, total.free_minor) == (846, 300, 546)
    for shown in ("€10.00", "€0.60", "€0.94", "€8.46", "€3.00", "€5.46"):
        assert f"<dd>{shown}</dd>" in html, shown
    assert "Tubi per il pozzo" in html
    assert "fewer than 5" in html, "how many is told from five gifts on"


def test_what_came_in_is_what_it_became(well):
    sums = open_books.books(well).main
    parts = sums.fee_minor + sums.overhead_minor + sums.received_minor + sums.gone_minor
    assert sums.given_minor == parts
    assert sums.received_minor == sums.spent_minor + sums.free_minor


def test_from_five_gifts_on_their_number_is_told(well, client):
    for _ in range(3):
        cast.paid(cast.opened(well))
    html = html_of(client, f"{CAUSE}?lang=en")
    assert "from 5 gifts" in html
    assert "<dd>5</dd>" in html


def test_no_page_for_everybody_knows_a_donor_or_a_gift(well, client):
    for address in (CAUSE, f"{CAUSE}/part", ORGANISATION, f"{ORGANISATION}/part"):
        html = client.get(address).content.decode()
        for secret in ("Anna", "Quattrociocche", cast.PHONE, "/t/", "/p/"):
            assert secret not in html, (address, secret)


@pytest.mark.parametrize(
    ("lang", "direction", "name"),
    [("it", "ltr", "Il pozzo di Moroto"), ("ar", "rtl", "بئر موروتو"), ("en", "ltr", "The well")],
)
@pytest.mark.parametrize("address", [CAUSE, ORGANISATION])
def test_pages_speak_three_languages(well, client, address, lang, direction, name):
    html = html_of(client, f"{address}?lang={lang}")
    assert Outline(html).all("html") == [{"lang": lang, "dir": direction}]
    assert name in html


def test_without_a_wish_the_reader_is_asked_then_the_organisation(well, client):
    assert (
        'lang="ar"' in client.get(CAUSE, headers={"Accept-Language": "ar-MA,en"}).content.decode()
    )
    for strange in ("", "fi", "xx;q=1"):
        answer = client.get(CAUSE, headers={"Accept-Language": strange})
        assert '<html lang="it"' in answer.content.decode()
        assert answer.headers["Vary"] == "Accept-Language"


def test_search_engines_may_list_it_and_previews_show_it(well, client):
    answer = client.get(f"{CAUSE}?lang=it")
    outline = Outline(answer.content.decode())
    metas = {m.get("property") or m.get("name"): m.get("content") for m in outline.all("meta")}
    assert metas["robots"] == "index, follow"
    assert answer.headers["X-Robots-Tag"] == "all"
    assert metas["og:title"] == "Il pozzo di Moroto"
    assert (metas["og:image"] or "").endswith(f"{CAUSE}/card.png?lang=it")
    links = {(link["rel"], link.get("hreflang")) for link in outline.all("link")}
    assert {("alternate", lang) for lang in ("it", "en", "ar")} <= links
    assert not answer.cookies


def test_a_browser_keeps_the_page_and_asks_whether_it_changed(well, client):
    first = client.get(CAUSE)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(CAUSE, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    cast.bought(well, 100, what="Cemento")
    changed = client.get(CAUSE, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "Cemento" in changed.content.decode()


def test_what_was_bought_can_be_shared_without_name_and_amount(well, client):
    purchase = cast.bought(well, 123, what="Pompa a mano")
    html = html_of(client, f"{CAUSE}/{purchase.id}?lang=it")
    assert "Pompa a mano" in html
    assert "tutti i doni per Il pozzo di Moroto" in html
    assert "1,23" not in html
    assert "/photo/" in html


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_the_card_of_a_purchase_is_a_picture_that_is_drawn_once(well, client, lang):
    purchase = cast.bought(well, 123, what="Pompa a mano")
    answer = client.get(f"{CAUSE}/{purchase.id}/card.png?lang={lang}")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (1200, 630)
        assert picture.getpixel((1100 if lang == "it" else 100, 400)) != (250, 247, 241)
    kept = {"If-None-Match": answer.headers["ETag"]}
    address = f"{CAUSE}/{purchase.id}/card.png?lang={lang}"
    assert client.get(address, headers=kept).status_code == 304


@pytest.mark.parametrize("address", [f"{CAUSE}/card.png", f"{ORGANISATION}/card.png"])
def test_causes_and_organisations_have_a_card_too(well, client, address):
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/png"
    assert len(answer.content) < 300_000


def test_invoices_and_what_is_elsewhere_open_nothing(well, other_charity, client):
    purchase = cast.bought(well, 100, what="Cemento")
    shot, paper = sorted(purchase.evidence.all(), key=lambda one: not one.public)
    assert client.get(f"{ORGANISATION}/photo/{shot.id}").status_code == 200
    for address in (
        f"{ORGANISATION}/photo/{paper.id}",
        f"/o/pane-buono/photo/{shot.id}",
        "/c/pane-buono/pozzo",
        "/c/acqua-viva/scuola",
        "/o/nobody",
        f"{CAUSE}/{shot.id}",
        f"/c/acqua-viva/scuola/{purchase.id}",
    ):
        assert client.get(address).status_code == 404, address


def test_a_closed_cause_says_so_and_asks_for_nothing(well, client):
    words = {"it": "La falda è salata.", "en": "The ground water is salt."}
    telling.close(well, "failed", words, by=uuid4())
    html = html_of(client, f"{CAUSE}?lang=en")
    assert "This cause did not succeed" in html
    assert "The ground water is salt." in html
    assert "Give in the chat" not in html
    assert "Causes that have ended" in html_of(client, f"{ORGANISATION}?lang=en")


def test_a_cause_without_gifts_is_told_plainly(charity, client):
    cast.well()
    assert "No gift has come in yet." in html_of(client, f"{CAUSE}?lang=en")


def test_the_pages_load_nothing_from_elsewhere_and_stay_light(well, client):
    for address in (CAUSE, ORGANISATION):
        content = client.get(address).content
        assert len(content) < 50_000
        for tag, attrs in Outline(content.decode()).tags:
            assert "style" not in attrs
            if tag in ("script", "img", "iframe"):
                assert "//" not in (attrs.get("src") or "")
        assert not re.search(rb"<script(?![^>]*src)", content)


def test_what_came_of_it_is_told_once_somebody_answers_for_it(well, client):
    outcome = telling.write_outcome(
        cause=well, texts={"en": "Water flows since Tuesday."}, day=date(2026, 11, 24), key="o"
    )
    address = f"{CAUSE}?lang=en"
    assert "Water flows" not in html_of(client, address)
    telling.approve_outcome(outcome_id=outcome.id, by=uuid4(), name="Sara")
    assert "Water flows since Tuesday." in html_of(client, address)
    telling.take_back_outcome(outcome_id=outcome.id, by=uuid4(), reason="wrong well")
    html = html_of(client, address)
    assert "Water flows" not in html
    assert "wrong well" not in html


def test_a_photo_that_may_not_be_shown_any_more_is_gone_everywhere(well, client):
    purchase = cast.bought(well, 100, what="Cemento", files="photo")
    [shot] = purchase.evidence.all()
    addresses = (f"{ORGANISATION}/photo/{shot.id}", CAUSE, f"{CAUSE}/{purchase.id}")
    assert client.get(addresses[0]).status_code == 200
    card = client.get(f"{CAUSE}/{purchase.id}/card.png").headers["ETag"]
    Evidence.objects.filter(id=shot.id).update(hidden_at=now())
    assert client.get(addresses[0]).status_code == 404
    for address in addresses[1:]:
        assert str(shot.id) not in client.get(address).content.decode()
    drawn = client.get(f"{CAUSE}/{purchase.id}/card.png", headers={"If-None-Match": card})
    assert drawn.status_code == 200, "the picture of the link is drawn without it"
