"""Static files: nothing from elsewhere, vendored files untouched, colours readable."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from obolo.web import words

WEB = Path(words.__file__).parent
STATIC = WEB / "static"
VENDOR = STATIC / "vendor"


def test_vendored_files_are_what_the_record_says():
    record = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["file"]
    told = {entry["path"]: entry["sha256"] for entry in record}
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.toml"
    }
    assert told == found


def test_styles_and_scripts_name_no_other_host():
    ours = [p for p in STATIC.rglob("*") if p.suffix in (".css", ".js") and VENDOR not in p.parents]
    assert ours
    for path in ours:
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", path.read_text("utf-8")), path


def test_every_file_a_style_asks_for_is_there():
    for path in STATIC.glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', path.read_text("utf-8")):
            assert (path.parent / name).is_file(), name


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7),
        ("ink-soft", "paper", 4.5),
        ("ink-soft", "card", 4.5),
        ("ink-soft", "coin-soft", 4.5),
        ("ink", "coin-soft", 4.5),
        ("ink", "thread-soft", 4.5),
        ("coin-dark", "paper", 4.5),
        ("coin-dark", "coin-soft", 4.5),
        ("thread-dark", "paper", 4.5),
        ("card", "thread", 4.5),
        ("alert", "alert-soft", 4.5),
        ("line-strong", "paper", 3),
        ("focus", "paper", 3),
        ("thread", "coin-light", 3),
    ],
)
def test_colours_are_readable(front, back, least):
    """WCAG 2.2, 1.4.3 and 1.4.11."""
    text = (STATIC / "tokens.css").read_text("utf-8")
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))
    assert contrast(tokens[front], tokens[back]) >= least
