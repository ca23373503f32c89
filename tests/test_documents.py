"""The documents cannot lie: what they list is read from the code."""

import hashlib
import re
import tomllib

import pytest
from click import Group

from obolo.cli.commands import obolo
from obolo.project.config import Config
from tests.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_with_its_default_and_meaning():
    rows = []
    for name, field in Config.model_fields.items():
        variable = str(field.validation_alias or f"OBOLO_{name.upper()}")
        default = "" if field.default is None else f"`{field.default}`"
        rows.append((variable, default, field.description or ""))
    for variable, default, meaning in rows:
        row = re.search(rf"^\| `{variable}` \| (.*?) ?\| (.*) \|$", README, re.MULTILINE)
        assert row, f"{variable} is not in the README"
        assert row[1].strip() == default, variable
        assert row[2].startswith(meaning.split(";")[0]), variable


def test_every_command_is_in_the_readme():
    assert isinstance(obolo, Group)
    for name in obolo.commands:
        assert f"`obolo {name}" in README, f"`obolo {name}` is not in the README"


def test_the_makefile_has_the_two_promised_targets():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo:", makefile, re.MULTILINE)
    assert re.search(r"^test:", makefile, re.MULTILINE)
    assert len(re.findall(r"^[a-z]+:", makefile, re.MULTILINE)) <= 12


@pytest.mark.parametrize("place", ["web/static/vendor", "giving/papers/fonts"])
def test_vendored_files_are_what_was_recorded(place: str):
    folder = ROOT / "obolo" / place
    recorded = tomllib.loads((folder / "VENDOR.toml").read_text(encoding="utf-8"))
    files = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}
    assert files == {f["path"] for f in recorded["file"]} | {"VENDOR.toml"}
    for file in recorded["file"]:
        content = (folder / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
