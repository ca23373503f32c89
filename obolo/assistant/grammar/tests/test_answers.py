"""Yes, no, otherwise, a choice, a rhythm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.assistant.grammar.answers import read_answer, read_choice
from obolo.assistant.grammar.cues import CueBook, compiled, one_letter_apart
from obolo.assistant.grammar.folded import folded
from obolo.assistant.grammar.lexicon import cue_rows
from obolo.assistant.grammar.rhythm import read_rhythm
from obolo.kit.text import fold


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("sì", "yes"), ("ok", "yes"), ("va bene", "yes"), ("certo!", "yes"), ("👍🏽", "yes"),
        ("نعم", "yes"), ("ايوه", "yes"), ("aywa", "yes"), ("لا بأس", "yes"), ("no problem", "yes"),
        ("no", "no"), ("no grazie", "no"), ("لا", "no"), ("non va bene", "no"), ("ok no", "no"),
        ("not ok", "no"), ("👎", "no"), ("yes but 30", "change"), ("va bene ma 30", "change"),
        ("forse domani", None), ("", None),
    ],
)  # fmt: skip
def test_answers(text, answer):
    assert read_answer(folded(text)) == answer


def test_a_choice_is_named_by_number_ordinal_or_title():
    choices = [("wells", "Pozzi in Burkina Faso"), ("school", "Scuola")]
    assert read_choice(folded("2"), choices) == "school"
    assert read_choice(folded("la prima"), choices) == "wells"
    assert read_choice(folded("الثاني"), choices) == "school"
    assert read_choice(folded("pozzi in burkina faso"), choices) == "wells"
    assert read_choice(folded("7"), choices) is None
    assert read_choice(folded("boh"), choices) is None


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("20 euro al mese", "monthly"), ("every three months", "quarterly"), ("كل شهر", "monthly"),
        ("una volta sola", "once"), ("just once", "once"), ("all'anno", "yearly"),
        ("kol shahr", "monthly"), ("صدقة جارية", None), ("30€/mese", "monthly"), ("ciao", None),
    ],
)  # fmt: skip
def test_rhythms(text, rhythm):
    assert read_rhythm(folded(text)) == rhythm


@given(st.text(max_size=80))
def test_folding_keeps_every_letter_in_its_place(text):
    message = folded(text)
    assert len(message.text) == len(message.origin)
    for token in message.tokens:
        assert message.as_written(token.start, token.end) in text


@given(st.text(alphabet="abc أبتث ÀÉ1٢", max_size=30))
def test_folding_agrees_with_the_kit(text):
    assert folded(text).text == fold(text)


def test_a_gap_stops_at_a_barrier_and_at_a_clause():
    book = CueBook([("stop ~ gift", "x", 1)])
    assert book.hits(folded("stop my monthly gift"))
    assert not book.hits(folded("stop messages but keep my gift"))
    assert not book.hits(folded("please stop. A gift follows"))


@pytest.mark.parametrize("pattern", ["", "^", "a?", "~ a", "a ~"])
def test_a_pattern_without_firm_ground_is_refused(pattern):
    with pytest.raises(ValueError, match="no word"):
        compiled(pattern, "x", 1)


@pytest.mark.parametrize("name", ["it", "en", "ar", "many", "rhythm"])
def test_every_pattern_of_the_lexicon_compiles(name):
    for pattern, meaning, weight in cue_rows(name):
        assert all(all(element) for element in compiled(pattern, meaning, weight).elements)


def test_one_letter_apart():
    assert one_letter_apart("rimborso", "rimbroso")
    assert one_letter_apart("donare", "donnare")
    assert not one_letter_apart("donare", "andare")
