"""A wish to stop is always recognised; its look-alikes never are."""

import pytest

from obolo.assistant.grammar.folded import folded
from obolo.assistant.grammar.stop import is_stop

STOPS = [
    "STOP", "stop.", "ＳＴＯＰ", "STOP\u200b", "Stop 🙏", "arrêt", "BASTA", "توقف", "الغاء",
    "إلغاء",
    "unsubscribe", "sᴛop", "ЅТОР", "S T O P", "stoppp", "stop per favore", "Stop please",
    "كفاية", "\u202eSTOP",
    "S.T.O.P.", "стоп", "stopp", "لا ترسلوا", "Basta, grazie",
]  # fmt: skip
NOT_STOPS = [
    "don't stop!", "non-stop", "non smettete", "non basta", "ok", "stop by later", "pit stop",
    "لا تتوقفوا", "fine", "", "🙏", "basta poco per aiutare", "va bene",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_stop_words_stop(text):
    assert is_stop(folded(text))


@pytest.mark.parametrize("text", NOT_STOPS)
def test_what_only_holds_the_word_does_not(text):
    assert not is_stop(folded(text))


def test_cancel_answers_an_open_question_first():
    assert is_stop(folded("annulla"))
    assert not is_stop(folded("annulla"), asked=True)
    assert is_stop(folded("stop"), asked=True)
