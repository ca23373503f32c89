"""The console's tabs "Public log" and "Check"."""

import io
import re
import tarfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from obolo.causes.tests.cast import well
from obolo.giving.tests.cast import paid
from obolo.organisations.models import Role
from obolo.organisations.wall import current_id
from obolo.people.tests.cast import anna
from obolo.stories import audit
from obolo.trace import checks, publishing, witnessing
from obolo.trace.log.tests.cast import WITNESS
from obolo.trace.tests.log_cast import key, verified
from obolo.web import words
from obolo.web.tests.console_cast import HOME, logged_in

_TEXTS = Path(words.__file__).parent / "texts"
CHECK, LOG = f"{HOME}money/check/", f"{HOME}money/log/"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


def _page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_before_the_first_audit_and_the_first_entry_the_pages_say_so(charity):
    client = logged_in(Role.READER)
    assert "No check has run yet" in _page(client, CHECK)
    assert "Check now" not in _page(client, CHECK)
    assert "Nothing was published yet" in _page(client, LOG)
    assert client.get(f"{LOG}copy").status_code == 404


def test_what_is_wrong_is_shown_with_what_to_do_and_marks_every_page(charity):
    client = logged_in(Role.TREASURER)
    checks.keep(began_at=AT, findings=[])
    assert "Everything holds." in _page(client, CHECK)
    assert 'class="alarm"' not in _page(client, HOME)
    wrong = [("public log", "Log: entry <4> is missing."), ("tea", "The tea is cold.")]
    checks.keep(began_at=AT.replace(hour=3), findings=wrong)
    page = _page(client, CHECK)
    assert "2 things do not hold." in page
    assert "Log: entry &lt;4&gt; is missing." in page
    assert words.word("check.part_public_log", "en") in page
    assert "keep the disk as it is" in page
    assert words.word("check.do", "en") in page
    assert 'class="alarm"' in _page(client, HOME)


def test_a_treasurer_may_ask_for_an_audit_and_others_may_not(charity):
    assert logged_in(Role.OPERATOR).post(CHECK).status_code == 403
    client = logged_in(Role.TREASURER)
    assert client.post(CHECK).status_code == 302
    assert "A check that Sara treasurer asked for" in _page(client, CHECK)
    assert "Check now" not in _page(client, CHECK)
    wish = checks.wish()
    assert wish is not None


def test_the_log_is_shown_and_its_copy_can_be_verified(charity, tmp_path):
    cause = well()
    for _ in range(3):
        paid(anna(), cause, 500)
        publishing.publish(current_id(), everything=True)
    publishing.rotate_key(current_id())
    witnessing.add_witness(url="https://witness.example/w", key=WITNESS.key.text())
    page = _page(logged_in(Role.READER, language="it"), LOG)
    assert key() in page.replace("&#x2B;", "+")
    assert "witness.example/w" in page
    assert "non ha ancora risposto" in page
    answer: Any = logged_in(Role.OPERATOR).get(f"{LOG}copy")
    told = b"".join(answer.streaming_content)
    with tarfile.open(fileobj=io.BytesIO(told)) as archive:
        archive.extractall(tmp_path, filter="data")
    holds, said = verified("log", tmp_path / "log", "--key", key())
    assert holds, said


@pytest.mark.parametrize("lang", ["it", "ar"])
@pytest.mark.parametrize("name", ["publog", "check"])
def test_all_languages_say_the_same(name: str, lang: str) -> None:
    def texts(of: str) -> dict[str, Any]:
        return tomllib.loads((_TEXTS / f"{name}.{of}.toml").read_text(encoding="utf-8"))

    def places(text: Any) -> set[str]:
        whole = " ".join(text.values()) if isinstance(text, dict) else text
        return set(re.findall(r"\{(\w+)\}", whole))

    english, other = texts("en"), texts(lang)
    assert list(other) == list(english)
    assert {k: places(v) for k, v in other.items()} == {k: places(v) for k, v in english.items()}


def test_every_part_of_the_audit_has_its_words() -> None:
    parts = [re.sub(r"[^a-z]+", "_", name) for name, _ in audit.PARTS]
    missing = [
        f"check.{kind}_{part}"
        for part in parts
        for kind in ("part", "do")
        if f"{kind}_{part}" not in (_TEXTS / "check.en.toml").read_text(encoding="utf-8")
    ]
    assert missing == [], "A new part of the audit says what to do, in check.{it,en,ar}.toml."
