"""The product's own source, parsed once for the tests that read it."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = (
    ("kit",),
    ("organisations",),
    ("gateways",),
    ("ledger", "people"),
    ("causes",),
    ("conversations", "giving"),
    ("trace",),
    ("assistant",),
    ("stories",),
    ("web",),
    ("simulator",),
    ("project",),
    ("cli",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


@dataclass(frozen=True)
class Source:
    """One file of the product; `room` is its folder under `obolo`."""

    path: Path
    room: str
    tree: ast.Module
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))


def line(node: ast.AST) -> int:
    """Where a node stands in its file."""
    return int(getattr(node, "lineno", 0))


@cache
def product() -> tuple[Source, ...]:
    """Every Python file but tests and migrations."""
    found = []
    for path in sorted((ROOT / "obolo").rglob("*.py")):
        parts = path.relative_to(ROOT / "obolo").parts
        if "tests" in parts or "migrations" in parts or len(parts) == 1:
            continue
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, parts[0], ast.parse(text), tuple(text.splitlines())))
    return tuple(found)
