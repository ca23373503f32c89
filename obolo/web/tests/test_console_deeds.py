"""What staff do about money from the console: look first, then press, once; and two for a move."""

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.causes.tests.cast import school, well
from obolo.giving.models import Gift
from obolo.giving.rails import PRETEND
from obolo.giving.returns import queries
from obolo.giving.returns.models import Deed, Move, MoveState, Refund, RefundState
from obolo.giving.returns.tests.cast import gave
from obolo.giving.tests.cast import paid
from obolo.kit.clock import now
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor, fund_totals
from obolo.organisations.actions import add_staff, keep_account
from obolo.organisations.models import Role
from obolo.people.tests.cast import ANNA, anna, emma
from obolo.web import words
from obolo.web.tests.console_cast import HOME, PASSWORD, browser, logged_in, member

MONEY = f"{HOME}money/"


@pytest.fixture
def cause(charity) -> Cause:
    """The well, beside the school."""
    school()
    return well()


@pytest.fixture
def gift(charity, cause) -> Gift:
    """Anna's five euro through a provider that can give back."""
    keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "secret"},
        address={"base_url": "http://pay"}, organisation_id=charity.id,
    )  # fmt: skip
    return gave(anna(), cause, 500, fee=0)


def text(page: Any) -> str:
    return html.unescape(page.content.decode())


def begin(client: Client, deed: str, gift: Gift | None = None) -> str:
    """The address of a fresh form."""
    where = f"gifts/{gift.id}" if gift else "moves"
    answer = client.get(f"{MONEY}{where}/do/{deed}/")
    assert answer.status_code == 302
    address = str(answer.headers["Location"])
    assert client.get(address).status_code == 200
    return address


def press(client: Client, address: str, **fields: str) -> Any:
    """Fill in, look at what will happen, and press."""
    shown = client.post(address, fields)
    if shown.status_code != 200:
        return shown
    assert words.word("deeds.confirm", "en") in text(shown)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(shown)))
    hidden.pop("csrfmiddlewaretoken", None)
    return client.post(address, {**hidden, "confirmed": "yes"})


REFUND = {"way": "rail", "amount": "2", "on": "2025-11-20", "account": "bank", "reason": "asked"}


def test_nothing_is_done_before_the_second_press_and_then_once(gift):
    client = logged_in(Role.TREASURER)
    address = begin(client, "refund", gift)
    assert "€2.00 go back to Anna" in text(client.post(address, REFUND))
    assert Refund.objects.count() == 0
    for _ in range(2):
        assert press(client, address, **REFUND).status_code == 302
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.reason) == (200, "asked")
    page = text(client.get(f"{MONEY}gifts/{gift.id}/"))
    assert "Refund asked for" in page
    assert "Sara treasurer" in page
    assert client.post(f"{MONEY}refunds/{refund.id}/withdrawal").status_code == 302
    refund.refresh_from_db()
    assert refund.state == RefundState.WITHDRAWN


def test_the_same_form_with_other_particulars_is_refused(gift):
    client = logged_in()
    address = begin(client, "refund", gift)
    press(client, address, **REFUND)
    again = press(client, address, **REFUND | {"amount": "3"})
    assert again.status_code == 409
    assert "used already" in text(again)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "status", "said"),
    [
        ("amount", "9", 409, "Only €5.00 of this gift are left"),
        ("amount", "", 422, "Write the amount"),
        ("amount", "0", 422, "more than zero"),
        ("amount", "1.000", 422, "two ways"),
        ("reason", " ", 422, "fill this in"),
        ("way", "post", 422, "Choose one"),
        ("on", "2999-01-01", 422, "future"),
        ("on", "yesterday", 422, "date"),
    ],
)
def test_odd_fields_are_said_and_nothing_happens(gift, field, typed, status, said):
    client = logged_in()
    answer = press(client, begin(client, "refund", gift), **REFUND | {field: typed})
    assert answer.status_code == status
    assert said in text(answer)
    assert Refund.objects.count() == 0


def test_what_came_by_bank_is_paid_back_by_hand(cause):
    gift = paid(anna(), cause, 500, fee=0)
    client = logged_in()
    address = begin(client, "refund", gift)
    assert "Through the payment provider" not in text(client.get(address))
    day = now().date().isoformat()
    fields = {"way": "hand", "amount": "5", "on": day, "account": "bank", "reason": "by phone"}
    assert press(client, address, **fields).status_code == 302
    assert queries.standing(gift).left_minor == 0
    page = text(client.get(f"{MONEY}gifts/{gift.id}/"))
    assert "All of this gift went back" in page
    assert "do/refund/" not in page
    assert breaches() == []


@pytest.mark.parametrize("role", [Role.READER, Role.FUNDRAISER, Role.OPERATOR])
def test_who_may_not_move_money_sees_and_cannot_do(gift, role):
    client = logged_in(role)
    page = text(client.get(f"{MONEY}gifts/{gift.id}/"))
    assert "/do/" not in page
    assert client.get(f"{MONEY}moves/").status_code == 200
    assert client.get(f"{MONEY}gifts/{gift.id}/do/refund/").status_code == 403
    assert client.post(f"{MONEY}gifts/{gift.id}/do/refund/{uuid4()}", REFUND).status_code == 403
    assert client.post(f"{MONEY}moves/{uuid4()}/", {"verb": "approve"}).status_code == 403


def test_amounts_are_put_right(gift):
    client = logged_in()
    low = {"wrong": "too_low", "difference": "1", "fee": "", "reason": "a coin more"}
    assert press(client, begin(client, "amount", gift), **low).status_code == 302
    assert queries.standing(gift).gross_minor == 600
    twice = {"wrong": "duplicate", "difference": "", "fee": "", "reason": "booked twice"}
    assert press(client, begin(client, "amount", gift), **twice).status_code == 302
    assert queries.standing(gift).gross_minor == 0
    empty = press(client, begin(client, "amount", gift), **low | {"difference": ""})
    assert empty.status_code == 409
    assert breaches() == []


def test_a_gift_finds_its_person(gift):
    right = emma()
    phone = right.addresses.get(kind="phone").value
    client = logged_in()
    fields = {"person": f"+{phone}", "reason": "same name"}
    assert press(client, begin(client, "owner", gift), **fields).status_code == 302
    assert Gift.objects.get().person_id == right.id
    nobody = press(client, begin(client, "owner", gift), person="0000", reason="x")
    assert nobody.status_code == 409
    assert "Nobody here has this number" in text(nobody)
    assert f"+{ANNA}" not in text(nobody)


def test_a_gift_is_linked_to_the_one_it_matches(gift, cause):
    match = paid(emma(), cause, 500)
    client = logged_in()
    fields = {"matched": gift.payment.reference, "reason": "the firm doubles"}
    assert press(client, begin(client, "match", match), **fields).status_code == 302
    assert Deed.objects.get(kind="matched").other_gift_id == gift.id
    assert "Matches another gift" in text(client.get(f"{MONEY}gifts/{gift.id}/"))
    many = press(client, begin(client, "match", match), matched="a", reason="x")
    assert many.status_code == 409


def test_a_gift_for_the_wrong_cause_needs_a_second_person(gift, cause):
    first = member(Role.TREASURER)
    asking = browser(first)
    fields = {"to": "scuola", "amount": "4.50", "legal_basis": "her word", "reason": "slip"}
    assert press(asking, begin(asking, "cause", gift), **fields).status_code == 302
    move = Move.objects.get()
    page = text(asking.get(f"{MONEY}moves/{move.id}/"))
    assert 'value="approve"' not in page
    assert 'value="withdraw"' in page
    alone = asking.post(f"{MONEY}moves/{move.id}/", {"verb": "approve"})
    assert alone.status_code == 409
    assert "cannot decide" in text(alone)
    second = logged_in(Role.ADMIN)
    assert 'value="approve"' in text(second.get(f"{MONEY}moves/{move.id}/"))
    for _ in range(2):
        assert second.post(f"{MONEY}moves/{move.id}/", {"verb": "approve"}).status_code == 302
    other = causes.by_slug("scuola")
    assert other is not None
    assert free_minor(other.fund_id, "EUR") == 450
    assert "Sara admin" in text(second.get(f"{MONEY}moves/{move.id}/"))
    assert second.post(f"{MONEY}moves/{move.id}/", {"verb": "x"}).status_code == 404
    assert breaches() == []


def test_a_no_needs_its_reason_and_an_undo_none(gift):
    first, second = browser(member(Role.TREASURER)), logged_in(Role.ADMIN)
    fields = {"from": "pozzo", "to": "scuola", "amount": "1", "legal_basis": "b", "reason": "r"}
    for _ in range(2):
        assert press(first, begin(first, "move"), **fields).status_code == 302
    one, two = Move.objects.order_by("asked_at")
    address = f"{MONEY}moves/{one.id}/"
    assert second.post(address, {"verb": "decline", "reason": ""}).status_code == 409
    assert second.post(address, {"verb": "decline", "reason": "no basis"}).status_code == 302
    assert first.post(f"{MONEY}moves/{two.id}/", {"verb": "withdraw"}).status_code == 302
    assert second.post(f"{MONEY}moves/{two.id}/", {"verb": "approve"}).status_code == 409
    assert set(Move.objects.values_list("state", flat=True)) == {
        MoveState.DECLINED, MoveState.WITHDRAWN,
    }  # fmt: skip
    page = text(first.get(f"{MONEY}moves/"))
    assert "declined" in page
    assert "undone" in page


def test_a_cause_ends(gift, cause):
    first, second = browser(member(Role.TREASURER)), logged_in(Role.ADMIN)
    fields = {
        "cause": "pozzo", "how": "failed", "to": "scuola", "said_it": "Niente acqua.",
        "said_en": "No water.", "said_ar": "لا ماء.", "legal_basis": "board", "reason": "dry",
    }  # fmt: skip
    mute = press(first, begin(first, "end"), **fields | {"said_en": ""})
    assert mute.status_code == 422
    assert press(first, begin(first, "end"), **fields).status_code == 302
    move = Move.objects.get()
    assert "No water." in text(second.get(f"{MONEY}moves/{move.id}/"))
    assert second.post(f"{MONEY}moves/{move.id}/", {"verb": "approve"}).status_code == 302
    closing = causes.closing_of(cause.id)
    assert closing is not None
    assert closing.sentence("it") == "Niente acqua."


def test_an_exchange_is_recorded(gift, cause):
    client = logged_in()
    fields = {
        "cause": "pozzo", "sold": "4", "bought_currency": "xof", "bought": "2611", "fee": "0.02",
        "rate": "655.957", "on": now().date().isoformat(), "reason": "for the village",
    }  # fmt: skip
    odd = press(client, begin(client, "exchange"), **fields | {"bought_currency": "X1"})
    assert odd.status_code == 409
    assert press(client, begin(client, "exchange"), **fields).status_code == 302
    assert {t.currency: t.free_minor for t in fund_totals(cause.fund_id)} == {
        "EUR": 50, "XOF": 2_611,
    }  # fmt: skip
    assert breaches() == []


@pytest.mark.parametrize("lang", list(words.LANGUAGES))
def test_every_form_in_every_language(gift, lang):
    client = logged_in(language=lang)
    for deed in ("refund", "amount", "owner", "cause", "match"):
        begin(client, deed, gift)
    for deed in ("move", "end", "exchange"):
        begin(client, deed)
    assert client.get(f"{MONEY}gifts/{gift.id}/do/nonsense/").status_code == 404
    assert client.get(f"{MONEY}moves/").status_code == 200


def test_another_organisations_gift_is_not_found(gift, other_charity):
    from obolo.organisations.wall import within

    with within(other_charity.id):
        stranger = add_staff(
            email="x@pane-buono.example",
            name="X",
            password=PASSWORD,
            role=Role.ADMIN,
            language="en",
        )
    client = Client()
    home = "/console/pane-buono/"
    assert client.post(f"{home}login", {"email": stranger.email, "password": PASSWORD}).status_code
    assert client.get(f"{home}money/gifts/{gift.id}/").status_code == 404
    assert client.get(f"{home}money/gifts/{gift.id}/do/refund/").status_code == 404
