"""Words of evidence from the field: the same in all languages, and each that is asked for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from obolo.web import words

_WEB = Path(words.__file__).parent


def texts(lang: str) -> dict[str, Any]:
    return tomllib.loads((_WEB / "texts" / f"field.{lang}.toml").read_text(encoding="utf-8"))


def places(text: Any) -> set[str]:
    whole = " ".join(text.values()) if isinstance(text, dict) else text
    return set(re.findall(r"\{(\w+)\}", whole))


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_all_languages_say_the_same(lang: str) -> None:
    english, other = texts("en"), texts(lang)
    assert list(other) == list(english)
    assert {k: places(v) for k, v in other.items()} == {k: places(v) for k, v in english.items()}


def test_every_word_asked_for_exists_and_every_word_is_asked_for() -> None:
    sources = [*_WEB.rglob("templates/**/*.html"), *_WEB.glob("console/*.py")]
    asked = {
        key
        for file in sources
        for key in re.findall(r"['\"]field\.(\w+)['\"]", file.read_text(encoding="utf-8"))
    }
    made = {f"hidden_{why}" for why in ("withdrawn", "replaced", "open", "photo")}
    made |= {f"words_{code}" for code in words.LANGUAGES}
    asked = (asked - {"hidden", "words"}) | made
    assert asked - set(texts("en")) == set()
    assert set(texts("en")) - asked == set()
