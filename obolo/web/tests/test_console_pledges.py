"""Regular gifts in the console and the API: every verb with its reason, undone, never twice."""

from datetime import timedelta

import pytest
from defusedxml import ElementTree
from django.test import Client

from obolo.causes.tests.cast import well
from obolo.giving.bank import accounts
from obolo.giving.models import Gift
from obolo.giving.pledges import actions, debits, queries
from obolo.giving.pledges.models import Attempt, DebitBatch, Mandate, Pledge, Way
from obolo.giving.pledges.tests.cast import begun, coming, look
from obolo.giving.pledges.tests.test_debits import IBAN, OURS, signed
from obolo.kit.tests.turned import clock as clock  # a fixture
from obolo.organisations.actions import issue_token
from obolo.organisations.models import Role
from obolo.people.tests.cast import anna
from obolo.web.tests.console_cast import HOME, hidden, logged_in

pytestmark = pytest.mark.usefixtures("charity")
PLEDGES = f"{HOME}money/pledges/"


@pytest.fixture
def pledge():
    return begun(anna(), well(), start=actions.today() + timedelta(days=5))


@pytest.fixture
def treasurer(pledge) -> Client:
    return logged_in(Role.TREASURER)


def do(client: Client, pledge: Pledge, verb: str, *, key: str = "k", **more: str):
    form = {"verb": verb, "reason": "asked by phone", "key": key} | more
    return client.post(f"{PLEDGES}{pledge.id}/changes", form)


@pytest.mark.parametrize("language", ["it", "en", "ar"])
def test_the_pages_open_in_each_language(pledge, language):
    client = logged_in(Role.TREASURER, language=language)
    for which in ("all", "due", "failing", "paused", "ended", "nonsense"):
        assert client.get(f"{PLEDGES}?which={which}").status_code == 200
    page = client.get(f"{PLEDGES}{pledge.id}/").content.decode()
    assert "Anna" in page
    assert client.get(f"{PLEDGES}debits/").status_code == 200
    new = str(client.get(f"{PLEDGES}new").headers["Location"])
    assert client.get(f"{new}?person={pledge.person_id}").status_code == 200
    assert client.get(f"{new}?q=ann").content.count(b"?person=") == 1


@pytest.mark.parametrize(
    ("verb", "more", "standing"),
    [
        ("skip", {}, "begun"),
        ("pause", {}, "paused"),
        ("end", {}, "ended"),
        ("change", {"amount": "7,50", "rhythm": "yearly", "day": "3"}, "begun"),
    ],
)
def test_each_verb_is_kept_with_who_and_why_once_and_undone(
    treasurer, pledge, verb, more, standing
):
    for _ in range(2):
        assert do(treasurer, pledge, verb, **more).status_code == 302
    pledge.refresh_from_db()
    assert pledge.standing == standing
    newest, first = queries.changes(pledge.id)
    assert newest.staff_id is not None
    assert newest.reason == "asked by phone"
    page = treasurer.get(f"{PLEDGES}{pledge.id}/").content.decode()
    assert "Sara treasurer" in page
    undone = do(treasurer, pledge, "undo", key="u", change=str(newest.id))
    assert undone.status_code == 302
    pledge.refresh_from_db()
    assert (pledge.standing, pledge.amount_minor) == ("begun", first.amount_minor)
    assert do(treasurer, pledge, "undo", key="u2", change=str(newest.id)).status_code == 422


@pytest.mark.parametrize(
    ("verb", "more", "told"),
    [
        ("end", {"reason": " "}, "Write a reason"),
        ("explode", {}, "Choose what to do"),
        ("pause", {"until": "yesterday"}, "Choose a date"),
        ("pause", {"until": "2001-01-01"}, "These terms cannot be"),
        ("change", {"amount": "0", "rhythm": "monthly", "day": "3"}, "above zero"),
        ("change", {"amount": "5", "rhythm": "weekly", "day": "3"}, "These terms cannot be"),
        ("change", {"amount": "5", "rhythm": "monthly", "day": "32"}, "from 1 to 31"),
    ],
)
def test_odd_fields_are_answered_in_words(treasurer, pledge, verb, more, told):
    answer = do(treasurer, pledge, verb, **more)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert len(queries.changes(pledge.id)) == 1


def test_who_may_not_move_money_may_look(pledge):
    client = logged_in(Role.OPERATOR)
    assert "Pause" not in client.get(f"{PLEDGES}{pledge.id}/").content.decode()
    assert do(client, pledge, "end").status_code == 403
    assert client.get(f"{PLEDGES}new").status_code == 403
    assert Client().get(PLEDGES).status_code == 302
    unknown = f"{PLEDGES}{pledge.cause_id}/"
    assert client.get(unknown).status_code == 404


def test_begun_for_a_person_once(treasurer, pledge):
    address = str(treasurer.get(f"{PLEDGES}new").headers["Location"])
    form = {
        "person": str(pledge.person_id), "cause": str(pledge.cause_id), "amount": "12",
        "rhythm": "quarterly", "day": "31", "start": actions.today().isoformat(), "way": "debit",
        "reason": "at the market",
    }  # fmt: skip
    first = treasurer.post(address, form)
    assert first.status_code == 302
    assert treasurer.post(address, form).headers["Location"] == first.headers["Location"]
    assert treasurer.post(address, form | {"amount": "13"}).status_code == 409
    made = Pledge.objects.exclude(id=pledge.id).get()
    assert (made.amount_minor, made.rhythm, made.day, made.way) == (1200, "quarterly", 31, "debit")
    odd = form | {"amount": "x", "day": "0", "start": "2001-01-01", "reason": "", "cause": ""}
    answer = treasurer.post(str(treasurer.get(f"{PLEDGES}new").headers["Location"]), odd)
    assert (answer.status_code, answer.content.count(b'aria-invalid="true"')) == (422, 5)


def test_a_mandate_from_paper_is_shown_masked(treasurer, pledge):
    form = {"name": "Anna Rossi", "iban": IBAN, "signed_on": actions.today().isoformat(),
            "key": "k"}  # fmt: skip
    odd = treasurer.post(f"{PLEDGES}{pledge.id}/mandate", form | {"iban": IBAN[:-1] + "1"})
    assert odd.status_code == 422
    assert "This is not an IBAN" in odd.content.decode()
    assert treasurer.post(f"{PLEDGES}{pledge.id}/mandate", form).status_code == 302
    page = treasurer.get(f"{PLEDGES}{pledge.id}/").content.decode()
    assert "DE•• 3000" in page
    assert IBAN not in page
    assert Mandate.objects.count() == 1


def test_a_file_is_made_handed_in_and_its_results_noted(clock):
    accounts.set_account(iban=OURS, beneficiary="Acqua Viva", bic="", reason="", by=None)
    pledge = begun(anna(), well(), Way.DEBIT)
    signed(pledge)
    look()
    client = logged_in(Role.TREASURER)
    due_on = coming(pledge).take_on.isoformat()
    page = client.get(f"{PLEDGES}debits/?due_on={due_on}").content.decode()
    assert "The creditor identifier is not set yet." in page
    assert client.post(f"{PLEDGES}debits/creditor", {"creditor_id": "x"}).status_code == 422
    answer = client.post(f"{PLEDGES}debits/creditor", {"creditor_id": "DE98ZZZ09999999999"})
    assert answer.status_code == 302
    page_bytes = client.get(f"{PLEDGES}debits/?due_on={due_on}").content
    made = {"due_on": due_on, "key": hidden(page_bytes, "key")}
    first = client.post(f"{PLEDGES}debits/batches", made)
    assert client.post(f"{PLEDGES}debits/batches", made).headers["Location"] == first["Location"]
    batch = DebitBatch.objects.get()
    here = f"{PLEDGES}debits/{batch.id}/"
    file = client.get(f"{here}file")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert ElementTree.fromstring(file.content).findtext(".//{*}MsgId") == batch.name
    assert logged_in(Role.READER).get(f"{here}file").status_code == 403
    assert client.post(f"{here}words", {"verb": "hand_in"}).status_code == 302
    assert client.post(f"{here}words", {"verb": "withdraw"}).status_code == 409
    debit = str(Attempt.objects.get().end_to_end)
    told = {"debit": debit, "day": actions.today().isoformat()}
    for _ in range(2):
        noted = client.post(f"{PLEDGES}debits/results", told | {"result": "collected"})
        assert noted.status_code == 302
    assert Gift.objects.count() == 1
    odd = client.post(f"{PLEDGES}debits/results", told | {"result": "returned", "code": "x"})
    assert odd.status_code == 422
    back = client.post(f"{PLEDGES}debits/results", told | {"result": "returned", "code": "AM04"})
    assert back.status_code == 302
    page = client.get(here).content.decode()
    assert "arrived, then taken back" in page
    assert debits.is_withdrawn(batch) is False
    assert client.post(f"{PLEDGES}debits/results", told | {"debit": "OB0"}).status_code == 404


def test_a_day_with_nothing_ready_makes_no_file(treasurer):
    form = {"due_on": debits.first_possible().isoformat(), "key": "k"}
    assert treasurer.post(f"{PLEDGES}debits/batches", form).status_code == 422
    assert treasurer.post(f"{PLEDGES}debits/batches", {"due_on": "x"}).status_code == 422
    assert not DebitBatch.objects.exists()


# ---- The API ---------------------------------------------------------------------------------


def call(role: Role, path: str, content: dict[str, object] | None = None):
    key = issue_token(name="n", role=role, slug="acqua-viva")
    client, headers = Client(), {"Authorization": f"Bearer {key}"}
    if content is None:
        return client.get(f"/api/v1/{path}", headers=headers)
    return client.post(f"/api/v1/{path}", content, content_type="application/json", headers=headers)


def test_programs_list_begin_and_change_once(pledge):
    [listed] = call(Role.READER, f"pledges?person={pledge.person_id}").json()
    assert (listed["amount_minor"], listed["rhythm"], listed["state"]) == (500, "monthly", "begun")
    new = {"person": str(pledge.person_id), "cause": "pozzo", "amount_minor": 900, "key": "a"}
    assert call(Role.READER, "pledges", new).status_code == 403
    made = call(Role.TREASURER, "pledges", new)
    assert made.status_code == 201
    assert call(Role.TREASURER, "pledges", new).json()["id"] == made.json()["id"]
    assert call(Role.TREASURER, "pledges", new | {"amount_minor": 1}).status_code == 409
    changes = f"pledges/{made.json()['id']}/changes"
    changed = call(Role.TREASURER, changes, {"verb": "change", "day_of_month": 31, "key": "b"})
    assert changed.json()["day_of_month"] == 31
    ended = call(Role.TREASURER, changes, {"verb": "end", "key": "c"})
    assert (ended.json()["state"], ended.json()["next_on"]) == ("ended", None)
    assert call(Role.TREASURER, changes, {"verb": "skip", "key": "d"}).status_code == 409
    found = call(Role.READER, "people?address=393331234567").json()["pledges"]
    assert {one["state"] for one in found} == {"begun", "ended"}


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"amount_minor": 0}, 400), ({"amount_minor": "x"}, 400), ({"rhythm": "weekly"}, 400),
        ({"day_of_month": 32}, 400), ({"start": "2001-01-01"}, 400), ({"cause": "none"}, 400),
        ({"person": "0195d3f1-0000-7000-8000-000000000001"}, 404),
    ],
)  # fmt: skip
def test_odd_input_of_programs_is_refused(pledge, odd, status):
    new = {"person": str(pledge.person_id), "cause": "pozzo", "amount_minor": 900, "key": "a"}
    assert call(Role.ADMIN, "pledges", new | odd).status_code == status
    assert Pledge.objects.count() == 1
