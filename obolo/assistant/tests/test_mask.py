"""Card numbers never get stored; other numbers stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.assistant.mask import mask_cards, passes_luhn


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111", "la carta è 4111 1111 1111 1111 ok?", "5500-0000-0000-0004",
        "٤١١١ ١١١١ ١١١١ ١١١١", "378282246310005", "4111\u200b1111\u200b1111\u200b1111",
    ],
)  # fmt: skip
def test_cards_are_masked_but_for_four_digits(text):
    masked, found = mask_cards(text)
    assert found
    assert len(masked) == len(text)
    assert sum(c.isdecimal() for c in masked) == 4


@pytest.mark.parametrize(
    "text",
    ["3331234567", "4111111111111112", "20 euro", "+39 333 1234567", "0" * 16, "1" * 30, ""],
)
def test_other_numbers_stay(text):
    assert mask_cards(text) == (text, False)


@given(st.integers(min_value=10**14, max_value=10**15 - 1), st.sampled_from(["", " ", "-"]))
def test_every_card_is_found_wherever_it_stands(head, sign):
    check = next(d for d in "0123456789" if passes_luhn(f"{head}{d}"))
    digits = f"{head}{check}"
    card = sign.join(digits[i : i + 4] for i in range(0, 16, 4))
    masked, found = mask_cards(f"ecco {card} grazie")
    assert found
    assert digits[:12] not in "".join(c for c in masked if c.isdecimal())


@given(st.text(max_size=200))
def test_no_text_raises_and_length_stays(text):
    assert len(mask_cards(text)[0]) == len(text)
