"""Plant each known fault in a copy of this tree and run the test that must catch it.

    .venv/bin/python scripts/planted.py [NAME]...

A patch in `tests/planted` begins with three lines: the promise, the fault, the test. The test must
go red for its own reason (a failed test, not one that cannot run). Exit status 1 when one stays
green. Owns the copy; the tree itself is never touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATCHES = ROOT / "tests" / "planted"
RED = 1  # pytest: tests ran, and some failed; 2 to 5 are troubles of another kind


def main(names: list[str]) -> int:
    """Run them all, or those named; the exit status."""
    lost = 0
    with tempfile.TemporaryDirectory(prefix="obolo-planted-") as room:
        for patch in sorted(PATCHES.glob("*.patch")):
            if names and patch.stem not in names:
                continue
            began = time.monotonic()
            told = caught(patch, Path(room))
            lost += told != "red"
            seconds = time.monotonic() - began
            sys.stdout.write(f"{told:<14} {seconds:5.1f} s  {patch.stem}: {head(patch)['Fault']}\n")
            sys.stdout.flush()
    return 1 if lost else 0


def head(patch: Path) -> dict[str, str]:
    """The lines before the patch itself: Promise, Fault, Test."""
    lines = patch.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    return dict(line.split(": ", 1) for line in lines)


def caught(patch: Path, room: Path) -> str:
    """`red` when the named test catches the fault."""
    tree = room / patch.stem
    ours = shutil.ignore_patterns(".git", ".venv", ".data", ".mypy_cache", "__pycache__")
    shutil.copytree(ROOT, tree, ignore=ours)
    applied = subprocess.run(  # noqa: S603 - our own patch
        ["git", "apply", "--unsafe-paths", f"--directory={tree}", str(patch)],  # noqa: S607
        cwd=room, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if applied.returncode:
        return "does not apply"
    settings = os.environ | {"OBOLO_TEST_DATA": str(room / "data")}
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", head(patch)["Test"]],
        cwd=tree, env=settings, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode == RED and "\nFAILED " not in done.stdout:
        return "not run"
    return {0: "GREEN", RED: "red"}.get(done.returncode, f"pytest {done.returncode}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
