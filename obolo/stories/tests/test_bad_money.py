"""Odd amounts and payments as people and providers send them: none moves money by mistake.

Each number of the catalogue of bad inputs about money, by the file (below `obolo/`) that holds its
test: what comes, and the name of the test.

stories/tests/test_bad_money.py
   58 nothing, less than nothing: test_what_is_no_amount
   59 below the smallest gift: test_what_is_no_amount
   60 more decimals than cents: test_what_is_no_amount
   61 numbers of programs: test_what_is_no_amount
   62 digits of other scripts: test_other_digits_are_said_back
   63 `1_000`, `+5`, `5.`, `.5`: test_half_written_numbers
   64 one or a thousand: test_a_thousand_or_one_is_asked
   65 both separators: test_what_is_an_amount
   66 amounts in words: test_what_is_an_amount
   67 one of two: test_what_is_no_amount
   70 beyond every column: test_what_is_no_amount
   72 invisible signs inside: test_what_is_an_amount
   73 a year, a phone, an IBAN: test_what_is_no_amount
   74 the same twice: test_the_same_amount_twice_is_one_payment
   75 words below a picture: test_an_amount_below_a_picture_is_read

stories/tests/test_amounts.py
   68 another currency: test_another_currency_is_asked_again
   71 ten zeros too many: test_an_amount_beyond_all_links_is_no_payment

kit/tests/test_money.py
   69 no decimals, or three: test_an_amount_for_machines

stories/tests/test_receive_a_gift.py
   76 the provider has another amount: test_another_amount_is_said_and_booked_as_paid

gateways/payments/tests/test_stripe.py
   77 currencies in any case: test_a_currency_is_the_same_in_any_case

gateways/payments/tests/test_pretend.py
   78 text or fractions for amounts: test_an_answer_of_another_shape_is_no_answer

giving/returns/tests/test_refunds.py
   79 more back than came: test_more_than_the_gift_or_nothing_is_refused

giving/returns/tests/test_found.py
   80 a chargeback, long after: test_a_dispute_months_later_and_its_end

giving/tests/test_settle.py
   81 a fee above its gift: test_a_fee_larger_than_the_gift_numbers_nothing

causes/tests/test_files.py
  101 a file too large: test_a_file_above_15_mb_is_refused_before_it_is_opened
  102 a program named as a picture: test_what_is_no_picture_is_refused
  109 place and device in a photo: test_place_and_device_are_gone

causes/tests/test_evidence_input.py
  103 two kinds in one file: test_what_hangs_behind_a_picture_is_gone
  104 a bomb of pixels or frames: test_a_bomb_is_not_opened
  105 an archive: test_archives_are_never_unpacked
  106 cut short or empty: test_a_file_cut_short_is_refused
  110 names that lead elsewhere: test_names_of_files_have_no_power

web/tests/test_console_purchases.py
  111 a paper that runs scripts: test_files_are_shown_without_power
  120 a form sent twice: test_a_double_click_records_once

causes/tests/test_showing.py
  112 one receipt, two purchases: test_the_same_file_for_two_purchases_is_noticed
  113 a photo edited afterwards: test_another_version_replaces_the_first_and_both_hashes_stay

causes/tests/test_approving.py
  128 two approve at once: test_two_approve_at_once_and_one_wins
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from obolo.giving.models import Gift, Payment
from obolo.giving.rails import PRETEND
from obolo.ledger import queries as ledger
from obolo.people.tests.cast import ANNA
from obolo.stories.audit import breaches

OBOLO = Path(__file__).parents[2]
_FILE = re.compile(r"^([\w/]+\.py)$")
_ROW = re.compile(r"^ +(\d+) .+: (test_\w+)$")


def _table() -> list[tuple[int, Path, str]]:
    rows, path = [], OBOLO
    for line in (__doc__ or "").splitlines():
        if found := _FILE.match(line):
            path = OBOLO / found[1]
        elif found := _ROW.match(line):
            rows.append((int(found[1]), path, found[2]))
    return rows


def test_each_number_has_its_test():
    rows = _table()
    assert set(range(58, 82)) <= {number for number, _, _ in rows}
    missing = [
        f"{number}: {path}::{name}"
        for number, path, name in rows
        if f"def {name}(" not in path.read_text(encoding="utf-8")
    ]
    assert missing == []


def _asked(stage, amount: str) -> dict[str, Any]:
    """What is agreed so far after somebody wants to give this much."""
    stage.says(f"vorrei donare {amount} per il pozzo")
    return dict(stage.talk(ANNA).thread)


@pytest.mark.parametrize(
    "amount",
    [
        *("0", "-5", "-0"),  # 58
        "0,01",  # 59
        *("0.001", "5.005", "10,999"),  # 60
        *("NaN", "Infinity", "1e9", "0x10", "5²"),  # 61
        *("5-10", "5/10", "5 o 10"),  # 67
        *("9223372036854775808", "1" + "0" * 18, "1" + "0" * 30),  # 70
        *("2026", "3331234567", "IT60X0542811101000000123456"),  # 73
        "50 XXX",  # 77
    ],
)
def test_what_is_no_amount(stage, amount):
    thread = _asked(stage, amount)
    assert thread["question"] == "amount"
    assert thread["draft"]["amount_minor"] is None
    stage.says("sì")
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        *(("1.000,50", 100_050), ("1,000.50", 100_050)),  # 65
        *(("5 euro e 50", 550), ("cinque euro", 500), ("5€50", 550), ("cinquanta", 5_000)),  # 66
        *(("5\u202e", 500), ("\u200b5\u200b0", 5_000)),  # 72
        *(("50 eur", 5_000), ("50 Eur", 5_000), ("50 €", 5_000)),  # 77
    ],
)
def test_what_is_an_amount(stage, amount, minor):
    """It is proposed, and nothing is asked for before it was confirmed."""
    thread = _asked(stage, amount)
    assert thread["question"] == "confirm"
    assert (thread["draft"]["amount_minor"], thread["draft"]["currency"]) == (minor, "EUR")
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(("amount", "said"), [("١٢٣", "123"), ("１２３", "123"), ("৫", "5")])
def test_other_digits_are_said_back(stage, amount, said):
    """In western digits, and only a yes to those counts."""
    [answer] = stage.says(f"vorrei donare {amount} per il pozzo")
    assert re.search(rf"\b{said}\s€", answer)
    assert Payment.objects.count() == 0
    stage.taps(stage.buttons()["Confermo"])
    assert Payment.objects.get().asked_minor == int(said) * 100


@pytest.mark.parametrize(
    ("amount", "minor"), [("1_000", None), (".5", None), ("+5", 500), ("5.", 500), (" 5 ", 500)]
)
def test_half_written_numbers(stage, amount, minor):
    assert _asked(stage, amount)["draft"]["amount_minor"] == minor
    assert Payment.objects.count() == 0


def test_a_thousand_or_one_is_asked(stage):
    [answer] = stage.says("vorrei donare 1.000 per il pozzo")
    assert re.search(r"1\.000,00\s€", answer)
    assert re.search(r"\b1\s€", answer)
    assert Payment.objects.count() == 0


def test_the_same_amount_twice_is_one_payment(stage):
    stage.says("vorrei donare per il pozzo")
    stage.says("50", "50")
    stage.taps(stage.buttons()["Confermo"])
    stage.says("50", "50")
    assert [one.asked_minor for one in Payment.objects.all()] == [5_000]


def test_an_amount_below_a_picture_is_read(stage):
    picture = {"id": "5", "mime_type": "image/jpeg", "caption": "vorrei dare 5 euro per il pozzo"}
    stage.hears({"type": "image", "image": picture})
    stage.work()
    assert stage.talk(ANNA).thread["draft"]["amount_minor"] == 500
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    "told",
    [
        {"status": "paid", "paid_amount_minor": 999_999},
        {"amount_minor": 1, "currency": "XXX", "state": "paid"},
        {"fee_minor": -5, "paid_at": "1970-01-01T00:00:00Z"},
    ],
)
def test_what_a_notice_claims_changes_nothing(stage, told):
    """A notice only says "look": state, amount and currency come from the provider itself."""
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    payment = Payment.objects.get()
    ref = stage.provider.payments[payment.reference]["id"]
    stage.notice(json.dumps({"payment": ref} | told).encode(), PRETEND)
    stage.work()
    assert Gift.objects.count() == 0
    stage.provider.pay(payment)
    stage.notice(json.dumps({"payment": ref} | told).encode(), PRETEND)
    stage.work()
    gift = Gift.objects.get()
    assert (gift.gross_minor, gift.fee_minor, gift.currency) == (500, 33, "EUR")


@pytest.mark.parametrize(
    "query", ["?status=paid", "?amount=1", "?amount_minor=1&currency=XXX&paid=true", "?session=x"]
)
def test_a_tampered_return_address_changes_nothing(stage, client, query):
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    payment = Payment.objects.get()
    before = (payment.state, payment.asked_minor, payment.currency)
    answer = client.get(f"/p/acqua-viva/{payment.reference}{query}")
    assert answer.headers["Location"] == payment.url
    payment.refresh_from_db()
    assert (payment.state, payment.asked_minor, payment.currency) == before
    assert Gift.objects.count() == 0


def test_money_in_another_currency_than_asked_is_never_taken_for_euro(stage):
    """It is booked as the provider has it, flagged, and the fund's euro stay as they were."""
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    payment = Payment.objects.get()
    ref = stage.provider.pay(payment)
    stage.provider.payments[payment.reference]["currency"] = "JPY"
    stage.paid_notice(ref)
    stage.work()
    [gift] = Gift.objects.all()
    assert (gift.gross_minor, gift.currency, gift.other_amount) == (500, "JPY", True)
    assert ledger.free_minor(stage.cause.fund_id, "EUR") == 0
    assert breaches() == []
