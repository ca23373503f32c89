"""The journal: one JSON object a line, appended, never altered.

Owns the file. A line torn by a crash is dropped, because nothing was answered before it was whole.
Never: the meaning of a record.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 65_536


class Journal:
    """Records on disk. `append` buffers, `flush` hands everything to the operating system."""

    def __init__(self, path: Path) -> None:
        """Keep the journal at `path`; its folder is made when missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._waiting: list[bytes] = []
        self._whole = self._whole_bytes()
        self._file = path.open("ab", buffering=0)
        if self._file.tell() > self._whole:
            self._file.truncate(self._whole)

    def replay(self) -> Iterator[dict[str, Any]]:
        """All records, oldest first."""
        with self._path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def append(self, record: dict[str, Any]) -> None:
        """Write `record` down, at the latest with the next `flush`."""
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":"))
        self._waiting.append(line.encode("ascii") + b"\n")

    def flush(self) -> None:
        """Hand what waits to the operating system: from here on, killing us loses nothing."""
        if not self._waiting:
            return
        waiting = b"".join(self._waiting)
        self._waiting.clear()
        written = 0
        while written < len(waiting):
            written += self._file.write(waiting[written:]) or 0

    def close(self) -> None:
        """Flush and let go of the file; a second call does nothing."""
        if not self._file.closed:
            self.flush()
            self._file.close()

    def _whole_bytes(self) -> int:
        """Length of the part that ends with a whole line: a torn write has no line end."""
        if not self._path.exists():
            return 0
        with self._path.open("rb") as file:
            position = file.seek(0, os.SEEK_END)
            while position:
                start = max(0, position - _CHUNK_BYTES)
                file.seek(start)
                found = file.read(position - start).rfind(b"\n")
                if found >= 0:
                    return start + found + 1
                position = start
        return 0
