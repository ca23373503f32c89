"""Text as people type it: folded for comparing, cleaned for keeping."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.errors import OboloError
from obolo.kit.text import fold, shown, shown_deep, without_invisible

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)  # lone surrogates and NUL included


@pytest.mark.parametrize(
    "written",
    [
        "STOP", "stop", " Stop ", "S\u200bT\u200bO\u200bP", "ST\u00adOP", "\u202eSTOP\u202c",
        "\ufeffstop", "ＳＴＯＰ", "STOP\x00", "st\ud800op", "ŚTÖP", "stop\n", "ST\u2060OP",
    ],
)  # fmt: skip
def test_a_stop_is_a_stop_however_it_is_dressed(written):
    assert fold(written) == "stop"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("٥ يورو", "5 يورو"),
        ("۱۲۳", "123"),
        ("إلغاء", "الغاء"),
        ("أُوقِفْ", "اوقف"),
        ("توقـــف", "توقف"),
        ("مدرسة", "مدرسه"),
        ("perché\tno\r\nsì", "perche no si"),
        ("Straße", "strasse"),
        ("½", "1⁄2"),
        ("", ""),
        ("\u200b\u200f", ""),
    ],
)
def test_one_shape_for_comparing(written, folded):
    assert fold(written) == folded


@given(ANY_TEXT)
def test_folding_any_text_is_plain_and_done_once(text):
    folded = fold(text)
    folded.encode("utf-8")
    assert fold(folded) == folded
    assert folded == folded.strip()
    assert "\n" not in folded


def test_line_ends_and_tabs_become_spaces_the_rest_goes():
    assert without_invisible("a\nb\tc\x07d\u200de\ud83d") == "a b cde"


@given(ANY_TEXT, st.integers(0, 50))
def test_what_is_shown_can_be_kept_by_a_database(text, limit):
    clean = shown(text, limit)
    assert "\x00" not in clean
    assert len(clean) <= limit
    clean.encode("utf-8")


def test_sound_text_is_shown_as_it_is():
    assert shown("Grazie 🙏 عمر") == "Grazie 🙏 عمر"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_everything_inside_plain_data_is_cleaned(data):
    text = json.dumps(shown_deep(data), ensure_ascii=False)
    text.encode("utf-8")
    assert "\\u0000" not in text


def test_keys_are_cleaned_and_other_values_stay():
    assert shown_deep({"a\x00": ("\x00", 1, None, True)}) == {"a\ufffd": ["\ufffd", 1, None, True]}


class TooMuch(OboloError):
    """This is too much.

    A second paragraph that no message carries.
    """

    fault = "theirs"


def test_the_docstring_of_an_error_is_its_message():
    assert str(TooMuch()) == "This is too much."
    assert str(TooMuch("By 5.")) == "This is too much. By 5."
    assert (TooMuch.retryable, TooMuch.fault) == (False, "theirs")
