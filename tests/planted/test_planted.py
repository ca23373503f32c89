"""Each planted fault still fits the code, and names a test that is there.

That the test goes red is shown by `make planted`, which takes minutes.
"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.source import ROOT

PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
PROMISES = {f"P{number}" for number in range(10, 17)}


def _head(patch: Path) -> dict[str, str]:
    lines = patch.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda one: one.stem)
def test_a_planted_fault_fits_the_code_and_its_test_is_there(patch: Path) -> None:
    head = _head(patch)
    assert set(head) == {"Promise", "Fault", "Test"}
    file, _, name = head["Test"].partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
    told = subprocess.run(
        ["git", "apply", "--check", str(patch)], cwd=ROOT, check=False, capture_output=True
    )
    assert told.returncode == 0, told.stderr.decode()


def test_every_promise_about_money_has_its_fault() -> None:
    named = {word for one in PATCHES for word in re.findall(r"\bP\d+\b", _head(one)["Promise"])}
    assert named == PROMISES
