"""What the pretend providers remember: objects by id, answers by idempotency key, calls owed.

Owns the rule that makes a restart lossless: state is the fold of `apply` over the journal.
Never: what an object means, the network, the clock.
"""

import copy
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obolo.simulator.journal import Journal

Thing = dict[str, Any]  # a JSON object as its provider shows it; "object" names its kind


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the product must get; `number` is its place in the journal."""

    number: int
    provider: str
    at: str
    url: str
    body: Thing


@dataclass(slots=True)
class State:
    """Everything that is true after the records applied so far."""

    count: int = 0
    things: dict[str, Thing] = field(default_factory=dict)
    by_kind: dict[str, dict[str, None]] = field(default_factory=dict)  # ids, oldest first
    answers: dict[str, tuple[str, int, Thing]] = field(default_factory=dict)
    owed: dict[int, Call] = field(default_factory=dict)

    def apply(self, record: Thing) -> None:
        """Make one record true."""
        self.count += 1
        for thing in record.get("things", ()):
            self.things[thing["id"]] = thing
            self.by_kind.setdefault(thing["object"], {})[thing["id"]] = None
        if "key" in record:
            self.answers[record["key"]] = (record["digest"], record["status"], record["answer"])
        for number in record.get("done", ()):
            self.owed.pop(number, None)
        for place, call in enumerate(record.get("calls", ())):
            number = self.count * 1000 + place
            self.owed[number] = Call(number, **call)


class Shelf:
    """The state with its journal. Everything that is read from it is a copy."""

    def __init__(self, path: Path, seed: str) -> None:
        """Read the journal at `path` back."""
        self.seed, self._journal, self.state = seed, Journal(path), State()
        for record in self._journal.replay():
            self.state.apply(record)

    def write(self, **record: Any) -> None:
        """Write a record down and make it true."""
        # Through JSON, so that what is kept is what a restart will read back.
        text = json.dumps(record)
        self._journal.append(json.loads(text))
        self.state.apply(json.loads(text))

    def flush(self) -> None:
        """From here on, killing us loses nothing."""
        self._journal.flush()

    def close(self) -> None:
        """Flush and let go of the file."""
        self._journal.close()

    def new_id(self, prefix: str) -> str:
        """The next id with this prefix, in the letters providers use."""
        digest = hashlib.sha256(f"{self.seed} {prefix} {self.state.count}".encode()).hexdigest()
        return f"{prefix}{digest[:24]}"

    def find(self, kind: str, thing_id: str) -> Thing | None:
        """The object of that kind with that id."""
        found = self.state.things.get(thing_id)
        return copy.deepcopy(found) if found and found["object"] == kind else None

    def all(self, kind: str) -> Iterable[Thing]:
        """All objects of a kind, newest first, as providers list them."""
        ids = list(self.state.by_kind.get(kind, ()))
        return (copy.deepcopy(self.state.things[one]) for one in reversed(ids))


def digest(content: Any) -> str:
    """What tells two requests apart."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
