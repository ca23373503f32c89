"""Money by transfer, end to end: the chat tells how, the bank tells of it, the books know."""

import re

import httpx

from tests.house.driver import House, good
from tests.house.people import ITALIAN


def _bank(house: House, **transfer: object) -> bytes:
    """Somebody sends this transfer; the statement of its day."""
    sent = house.play("bank/transfers", transfer, status=201)
    answer = house.http.get(f"{house.sim}/bank/statements/{sent['day']}.xml")
    assert answer.status_code == 200
    return answer.content


def _hand_in(house: House, content: bytes) -> httpx.Response:
    return house.call("POST", "statements", files=[("file", ("day.xml", content))])


def test_a_transfer_from_the_chat_to_the_books(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("vorrei donare 20 euro con bonifico per la mensa di napoli")
    donor.tap("confirm:")
    told = donor.next()["text"]
    reference = next(one for one in told.split("\n") if re.fullmatch(r"RF\d\d\w+", one))
    iban = next(one for one in told.split("\n") if re.fullmatch(r"IT\d\d\w+", one))
    picture = donor.next()
    assert picture["type"] == "image"
    account = good(house.http.get(f"{house.sim}/bank"))
    assert account["iban"] == iban

    content = _bank(house, amount_minor=2_000, reference=reference, name=donor.name)
    first = good(_hand_in(house, content), 201)
    assert ITALIAN.thanks in donor.next()["text"]
    [gift] = donor.gifts()
    assert (gift["gross_minor"], gift["fee_minor"], gift["method"]) == (2_000, 0, "transfer")
    [statement] = first["statements"]
    assert statement["closing_minor"] == good(house.http.get(f"{house.sim}/bank"))["balance_minor"]
    again = good(_hand_in(house, content))
    assert again["already_imported"]

    # The next file tells of the same day once more, and of somebody we do not know.
    content = _bank(house, amount_minor=700, text="un dono", name="Mario Rossi")
    [later] = good(_hand_in(house, content), 201)["statements"]
    assert later["new_count"] == 1
    assert later["counts"]["doubt"] == 1
    assert len(donor.gifts()) == 1
