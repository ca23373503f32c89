"""The JSON API as another system of the nonprofit meets it, with what it refuses."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.house.driver import House, good
from tests.house.papers import invoice, photo
from tests.house.people import CAUSE, ENGLISH, ITALIAN

PROMISED = {
    "causes": {"get"},
    "people": {"get"},
    "gifts": {"get"},
    "gifts/{gift_id}/trace": {"get"},
    "purchases": {"post"},
    "conversations/{conversation_id}/messages": {"get", "post"},
}
CLOSED = (
    "causes",
    "people?address=1",
    "gifts",
    "gifts/{0}/trace",
    "conversations/{0}/messages",
)


def test_the_description_lists_what_is_promised(house: House) -> None:
    described = good(house.http.get(f"{house.api}/openapi.json"))
    assert described["openapi"].startswith("3.")
    for path, verbs in PROMISED.items():
        assert verbs <= set(described["paths"][f"/api/v1/{path}"]), path


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", "Bearer demo.wrong", "Basic x"])
def test_without_the_right_key_nothing_is_told(house: House, path: str, key: str) -> None:
    headers = {"Authorization": key} if key else {}
    answer = house.http.get(f"{house.api}/{path.format(uuid4())}", headers=headers)
    assert answer.status_code == 401, answer.text
    assert set(answer.json()) == {"detail"}


def test_the_key_of_another_organisation_opens_nothing(house: House) -> None:
    secret = house.ready["api_token"].partition(".")[2]
    for slug in ("other", "", "DEMO", "demo/../demo"):
        headers = {"Authorization": f"Bearer {slug}.{secret}"}
        assert house.http.get(f"{house.api}/causes", headers=headers).status_code == 401


def test_recording_without_a_key_records_nothing(house: House) -> None:
    before = house.cause(CAUSE)
    answer = house.http.post(f"{house.api}/purchases", data=_purchase(amount_minor="1"))
    assert answer.status_code == 401
    assert house.cause(CAUSE) == before


def test_six_causes_in_three_languages(house: House) -> None:
    found = house.get("causes")
    assert len(found) == 6
    for cause in found:
        assert set(cause["names"]) == {"it", "en", "ar"}
        assert cause["received_minor"] == cause["spent_minor"] + cause["free_minor"]


def test_people_are_found_by_every_address(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.give()
    by_phone = house.get("people", address=donor.phone)
    assert by_phone == house.get("people", address=f"+{donor.phone}")
    assert by_phone == house.get("people", address=donor.user_id)
    assert by_phone["name"] == donor.name
    assert by_phone["language"] == "it"
    assert by_phone["consent"] == {"service": True, "report": True, "appeal": False}
    assert [g["id"] for g in by_phone["gifts"]] == [donor.gifts()[0]["id"]]
    assert (by_phone["handed_off"], by_phone["alerts"]) == (False, [])
    assert donor.gifts() == house.get("gifts", person=by_phone["id"])


def test_somebody_without_a_phone_is_found_by_user_id(house: House) -> None:
    donor = house.newcomer(ENGLISH, phone=None)
    donor.ask(ENGLISH.give)
    assert house.get("people", address=donor.user_id)["language"] == "en"


def test_somebody_with_a_new_number_keeps_the_conversation(house: House) -> None:
    donor = house.newcomer(ENGLISH)
    donor.ask(ENGLISH.give)
    known = donor.record()
    moved = house.play(f"people/{donor.id}/change_number")
    assert moved["phone"] != donor.phone
    donor.tap("confirm:")
    donor.next()
    assert house.get("people", address=moved["phone"])["id"] == known["id"]


@pytest.mark.parametrize(
    "address", ["390000000001", "nobody@example.org", "IT.0", "", " ", "\u202e"]
)
def test_nobody_has_this_address(house: House, address: str) -> None:
    assert house.call("GET", "people", params={"address": address}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "gifts/{0}",
        "gifts/{0}/trace",
        "conversations/{0}/messages",
        "gifts?person={0}x",
        "nothing",
    ],
)
def test_what_is_not_there_is_404(house: House, path: str) -> None:
    assert house.call("GET", path.format(uuid4())).status_code == 404


def test_a_reply_to_no_conversation_is_404(house: House) -> None:
    answer = house.call("POST", f"conversations/{uuid4()}/messages", json={"text": "ciao"})
    assert answer.status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000])
def test_a_reply_whatsapp_would_refuse_is_refused_here(house: House, text: str) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    known = donor.record()
    path = f"conversations/{known['conversation']}/messages"
    answer = house.call("POST", path, json={"text": text})
    assert answer.status_code == 400, answer.text
    assert donor.record()["handed_off"] is False, "nothing was said, so nobody took over"


def _purchase(**more: str) -> dict[str, str]:
    form = {
        "cause": CAUSE,
        "amount_minor": "1",
        "currency": "EUR",
        "description": "Chiodi",
        "date": "",
    }
    return form | more


def _refused(house: House, answer: httpx.Response, status: int, before: dict[str, Any]) -> None:
    assert answer.status_code == status, answer.text
    detail = answer.json()["detail"]
    assert isinstance(detail, str), "one sentence"
    assert detail
    assert house.cause(CAUSE) == before, "nothing was recorded"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": "0"},
        {"amount_minor": "-5"},
        {"amount_minor": "1.5"},
        {"amount_minor": "NaN"},
        {"amount_minor": "1e9"},
        {"amount_minor": "99999999999999999999"},
        {"amount_minor": ""},
        {"currency": "USD"},
        {"currency": "EURO"},
        {"currency": "€"},
        {"currency": ""},
        {"description": ""},
        {"description": "   "},
        {"date": "24/11/2026"},
        {"date": "2026-02-30"},
        {"date": "2999-01-01"},
        {"date": "yesterday"},
        {"cause": "nothing-of-this-name"},
        {"cause": str(uuid4())},
        {"cause": ""},
    ],
    ids=str,
)
def test_a_purchase_with_a_wrong_field_is_refused(house: House, wrong: dict[str, str]) -> None:
    house.newcomer(ITALIAN).give()
    before = house.cause(CAUSE)
    answer = house.call("POST", "purchases", data=_purchase(**wrong))
    _refused(house, answer, 400, before)


def test_more_than_there_is_cannot_be_spent(house: House) -> None:
    before = house.cause(CAUSE)
    form = _purchase(amount_minor=str(before["free_minor"] + 1))
    _refused(house, house.call("POST", "purchases", data=form), 409, before)


def test_a_key_records_once_and_only_the_same(house: House) -> None:
    house.newcomer(ITALIAN).give()
    form = _purchase(key=str(uuid4()), amount_minor="7")
    first = good(house.call("POST", "purchases", data=form), 201)
    after = house.cause(CAUSE)
    assert good(house.call("POST", "purchases", data=form), 201)["id"] == first["id"]
    _refused(house, house.call("POST", "purchases", data=form | {"amount_minor": "8"}), 409, after)


@pytest.mark.parametrize(
    "file",
    [
        ("photo", ("x.png", b"this is no picture", "image/png")),
        ("photo", invoice()),
        ("invoice", ("x.pdf", b"MZ this is no paper", "application/pdf")),
        ("evidence", ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")),
        ("photo", ("x.png", b"", "image/png")),
    ],
    ids=["words", "paper as photo", "program", "svg", "empty"],
)
def test_evidence_that_is_none_is_refused(house: House, file: tuple[str, Any]) -> None:
    house.newcomer(ITALIAN).give()
    before = house.cause(CAUSE)
    _refused(house, house.call("POST", "purchases", data=_purchase(), files=[file]), 400, before)


def test_too_many_files_are_refused(house: House) -> None:
    house.newcomer(ITALIAN).give()
    before = house.cause(CAUSE)
    files = [("photo", photo())] * 11
    _refused(house, house.call("POST", "purchases", data=_purchase(), files=files), 400, before)


def test_a_purchase_without_files_may_be_json(house: House) -> None:
    house.newcomer(ITALIAN).give()
    content = _purchase() | {"amount_minor": 3}
    made = good(house.call("POST", "purchases", json=content), 201)
    assert (made["amount_minor"], made["evidence"]) == (3, [])


def test_a_read_only_method_changes_nothing(house: House) -> None:
    for path in ("causes", "people", "gifts"):
        assert house.call("POST", path, json={}).status_code == 405
    assert house.call("GET", "purchases").status_code == 405
