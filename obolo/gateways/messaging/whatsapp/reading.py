"""Files of notices to JSON lines, for `obolo whatsapp read`.

Owns: reading each file as one body. Never: printing, signatures, the network.
"""

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.facts import Json, as_json
from obolo.gateways.messaging.whatsapp.inbound import read_notice


def read_files(paths: Iterable[str | PathLike[str]]) -> Iterator[Json]:
    """The facts of all files in order; a file that is no notice gives one `unreadable` line.

    Raises nothing for a bad or missing file: the others are still read.
    """
    for path in paths:
        try:
            reading = read_notice(Path(path).read_bytes())
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or str(error)
            yield {"fact": "unreadable", "file": str(path), "reason": reason}
        except Unreadable as error:
            yield {"fact": "unreadable", "file": str(path), "reason": error.reason}
        else:
            yield from map(as_json, reading.facts)
