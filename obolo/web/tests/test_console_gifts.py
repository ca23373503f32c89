"""The console's list of gifts and the page of one."""

import html
import re
import tomllib
from pathlib import Path

import pytest

from obolo.causes.tests.cast import school, well
from obolo.giving.models import Receipt
from obolo.giving.tests.cast import paid
from obolo.organisations.models import Role
from obolo.people.tests.cast import ANNA, anna, emma
from obolo.web import words
from obolo.web.tests.console_cast import HOME, logged_in

_WEB = Path(words.__file__).parent
GIFTS = f"{HOME}money/gifts/"


@pytest.fixture
def gifts(charity):
    """Anna gave 5 euro for the well, Emma 12 for the school."""
    return paid(anna(), well(), 500), paid(emma(), school(), 1_200)


def _found(client, **asked) -> list[str]:
    page = client.get(GIFTS, asked)
    assert page.status_code == 200, page.content
    return re.findall(rf"{GIFTS}([0-9a-f-]{{36}})/", page.content.decode())


def test_gifts_are_listed_newest_first_and_found_by_what_staff_know(gifts):
    first, second = (str(gift.id) for gift in gifts)
    client = logged_in(Role.READER)
    assert _found(client) == [second, first]
    assert _found(client, q="anna") == [first]
    assert _found(client, q=f"+{ANNA}") == [first]
    assert _found(client, q=Receipt.objects.get(gift=gifts[1]).shown) == [second]
    assert _found(client, q=gifts[0].payment.reference) == [first]
    assert _found(client, q="12,00") == [second]
    assert _found(client, q=first) == [first]
    assert _found(client, cause="scuola") == [second]
    assert _found(client, odd="other_amount") == []


@pytest.mark.parametrize("q", ["%", "\x00", "9" * 500, "2026/99999", "' OR 1=1 --"])
def test_odd_words_find_nothing_and_break_nothing(gifts, q):
    assert _found(logged_in(), q=q) == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999"])
def test_an_odd_page_number_is_a_page(gifts, page):
    assert logged_in().get(GIFTS, {"page": page}).status_code == 200


def test_the_list_goes_on_after_fifty(charity, monkeypatch):
    monkeypatch.setattr("obolo.web.console.gifts.PAGE", 2)
    cause = well()
    made = [str(paid(anna(), cause, minor).id) for minor in (100, 200, 300)]
    client = logged_in()
    assert _found(client, q="Anna") == made[:0:-1]
    page = client.get(GIFTS, {"q": "Anna"}).content.decode()
    assert "?q=Anna&amp;page=2" in page
    assert _found(client, q="Anna", page="2") == made[:1]


def test_the_page_of_a_gift(gifts):
    for lang in words.LANGUAGES:
        role = {"en": Role.ADMIN, "it": Role.TREASURER, "ar": Role.READER}[lang]
        page = logged_in(role, language=lang).get(f"{GIFTS}{gifts[0].id}/")
        assert page.status_code == 200
        assert words.word("money.path", lang) in html.unescape(page.content.decode())
    assert logged_in(Role.OPERATOR).get(f"{GIFTS}{gifts[0].cause_id}/").status_code == 404


def test_an_empty_list_says_so(charity):
    assert "No gift has arrived yet" in logged_in().get(GIFTS).content.decode()


@pytest.mark.parametrize("name", ["money", "deeds", "turns"])
@pytest.mark.parametrize("lang", ["it", "ar"])
def test_all_languages_say_the_same(lang, name):
    def texts(of: str):
        return tomllib.loads((_WEB / "texts" / f"{name}.{of}.toml").read_text(encoding="utf-8"))

    def places(text) -> set[str]:
        whole = " ".join(text.values()) if isinstance(text, dict) else text
        return set(re.findall(r"\{(\w+)\}", whole))

    english, other = texts("en"), texts(lang)
    assert list(other) == list(english)
    assert {k: places(v) for k, v in other.items()} == {k: places(v) for k, v in english.items()}


def test_every_word_a_template_asks_for_exists():
    asked = {
        key
        for file in (_WEB / "templates" / "console").glob("*.html")
        for key in re.findall(
            r"word ['\"]((?:money|deeds)\.\w+)['\"]", file.read_text(encoding="utf-8")
        )
    }
    assert len(asked) > 10
    for key in asked:
        assert key in words._texts("en")
