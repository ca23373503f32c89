"""What entries say, and what they never say."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from obolo.trace.log import leaves
from obolo.trace.log.leaves import SPANS_MAX, Balance, Bought, Posting, Stretch, Taken
from obolo.trace.log.tiles import ENTRY_BYTES_MAX

LINE, FUND, PURCHASE, GIFT = (UUID(int=n) for n in range(1, 5))
ON, AT = date(2026, 11, 24), datetime(2026, 11, 24, 12, 34, 56, tzinfo=UTC)


def _posting(*spans: Stretch, kind: str = "purchase", subject: UUID | None = PURCHASE) -> Posting:
    return Posting(
        entry_id=UUID(int=9),
        turn=1,
        kind=kind,
        line_id=LINE,
        on=ON,
        posted_at=AT,
        subject=subject,
        taken=(Taken(kind, spans),),
    )


def test_a_purchase_is_told_in_clear_and_its_words_as_a_hash():
    what = leaves.description_hash(bytes(32), "Water filters")
    [body] = leaves.posting(_posting(Stretch(LINE, 5, 9)), Bought(what, (b"\x01" * 32,)))
    assert json.loads(body) == {
        "kind": "purchase",
        "line": str(LINE),
        "on": "2026-11-24",
        "id": str(PURCHASE),
        "taken": [["purchase", str(LINE), 5, 9]],
        "amount_minor": 4,
        "what": what.hex(),
        "files": ["01" * 32],
    }
    assert b"filters" not in body


def test_a_batch_tells_neither_how_many_nor_when_exactly():
    told = [
        json.loads(leaves.gifts(Stretch(LINE, 0, 100), count, bytes(32), AT))
        for count in (1, 9, 10, 99, 100)
    ]
    assert [one["count"] for one in told] == ["1+", "1+", "10+", "10+", "100+"]
    assert {one["closed"] for one in told} == {"2026-11-24T12Z"}
    assert set(told[0]) == {"kind", "line", "lo", "hi", "count", "root", "closed"}


def test_a_refund_names_no_gift():
    [body] = leaves.posting(_posting(Stretch(LINE, 5, 9), kind="refund", subject=None))
    assert set(json.loads(body)) == {"kind", "line", "on", "taken", "amount_minor"}


def test_a_posting_without_cents_is_told_too():
    bare = Posting(entry_id=UUID(int=9), turn=1, kind="close", line_id=LINE, on=ON, posted_at=AT)
    [body] = leaves.posting(bare)
    assert json.loads(body) == {"kind": "close", "line": str(LINE), "on": "2026-11-24"}


def test_very_many_spans_are_told_in_parts_that_fit():
    spans = [Stretch(LINE, at * 10**12, at * 10**12 + 7) for at in range(SPANS_MAX * 2 + 1)]
    bodies = leaves.posting(_posting(*spans), Bought(bytes(32), ()))
    told = [json.loads(body) for body in bodies]
    assert [one["part"] for one in told] == [[1, 3], [2, 3], [3, 3]]
    assert sum(one["amount_minor"] for one in told) == 7 * len(spans)
    assert sum(len(one["taken"]) for one in told) == len(spans)
    assert ["what" in one for one in told] == [True, False, False]
    assert max(map(len, bodies)) < ENTRY_BYTES_MAX


def test_the_first_entry_is_the_rule():
    told = json.loads(leaves.rule("log.example/one", "fifo-1", {"en": ("One.", "Two.")}))
    assert told == {
        "kind": "rule",
        "format": 1,
        "origin": "log.example/one",
        "rule": "fifo-1",
        "words": {"en": ["One.", "Two."]},
    }


def test_a_cash_proof_holds_money_beside_cents():
    balances = [Balance("cash:bank", 120, b"\x02" * 32), Balance("cash:desk", 5)]
    others = [Balance("cash:card", 7, day=ON)]
    told = json.loads(leaves.cash(ON, "EUR", balances, others, unspent=100, unlogged=10))
    assert told["accounts"] == [
        {"account": "cash:bank", "minor": 120, "statement": "02" * 32},
        {"account": "cash:desk", "minor": 5},
    ]
    assert told["receivables"] == [{"account": "cash:card", "minor": 7, "day": ON.isoformat()}]
    assert (told["unspent_minor"], told["unlogged_minor"]) == (100, 10)


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5).map(str), max_size=5)
)
def test_one_spelling_for_each_value(told):
    other = dict(reversed(told.items()))
    assert json.loads(leaves.canonical(told)) == told
    assert leaves.canonical(told) == leaves.canonical(other)
