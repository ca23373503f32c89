"""The console's words: the same in all languages, and every one that templates ask for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from obolo.assistant.reading import INTENTS
from obolo.conversations.models import Author, DeliveryState
from obolo.organisations.models import Role
from obolo.people.models import Purpose
from obolo.trace.queries import STATES
from obolo.web import words

_WEB = Path(words.__file__).parent


def texts(lang: str) -> dict[str, Any]:
    return tomllib.loads((_WEB / "texts" / f"console.{lang}.toml").read_text(encoding="utf-8"))


def places(text: Any) -> set[str]:
    whole = " ".join(text.values()) if isinstance(text, dict) else text
    return set(re.findall(r"\{(\w+)\}", whole))


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_all_languages_say_the_same(lang: str) -> None:
    english, other = texts("en"), texts(lang)
    assert list(other) == list(english)
    assert {k: places(v) for k, v in other.items()} == {k: places(v) for k, v in english.items()}


def test_every_word_a_template_asks_for_exists() -> None:
    asked = {
        key
        for file in (_WEB / "templates" / "console").glob("*.html")
        for key in re.findall(r"word ['\"]console\.(\w+)['\"]", file.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert asked - set(texts("en")) == set()


def test_every_kind_has_its_word() -> None:
    kinds = {
        "role": Role.values,
        "author": Author.values,
        "state": DeliveryState.values,
        "purpose": Purpose.values,
        "step": STATES,
        "intent": INTENTS,
        "language": words.LANGUAGES,
    }
    wanted = {f"{kind}_{value}" for kind, values in kinds.items() for value in values}
    assert wanted - set(texts("en")) == set()
