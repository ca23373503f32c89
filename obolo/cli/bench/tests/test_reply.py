"""How long an answer took is read from the phone: the first one out after the first one in."""

from obolo.cli.bench.reply import WORDS, answered_ms

AT = "2026-03-01T10:00:{:06.3f}+00:00"


def _message(direction: str, second: float) -> dict[str, str]:
    return {"direction": direction, "at": AT.format(second)}


def test_the_first_answer_counts():
    seen = [_message("in", 1.0), _message("out", 1.25), _message("out", 2.0)]
    assert answered_ms(seen) == 250


def test_what_came_before_is_no_answer():
    seen = [_message("out", 0.5), _message("in", 1.0), _message("out", 1.75)]
    assert answered_ms(seen) == 750


def test_no_answer_is_none():
    assert answered_ms([_message("in", 1.0)]) is None
    assert answered_ms([]) is None


def test_every_language_has_as_much_to_say():
    assert {len(sentences) for sentences in WORDS.values()} == {7}
    assert set(WORDS) == {"it", "en", "ar"}
