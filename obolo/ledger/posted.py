"""What an entry did, read back from its rows: the answer of every verb, also when repeated."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from obolo.ledger.draft import Draft, known
from obolo.ledger.models import Mint, UseRange
from obolo.ledger.spans import Span, without


@dataclass(frozen=True, slots=True)
class Posted:
    """The numbers an entry used, made and freed, in the order of lines and numbers."""

    entry_id: UUID
    used: tuple[Span, ...]
    minted: tuple[Span, ...]
    freed: tuple[Span, ...]


def read(entry_id: UUID) -> Posted:
    """What the entry did."""
    fresh: Any = UseRange.objects.filter(entry=entry_id).order_by("line", "lo")
    stays = [(r.line_id, r.lo, r.hi) for r in fresh.exclude(use__entry=entry_id)]
    ended = UseRange.objects.filter(ended_by=entry_id).order_by("line", "lo")
    freed = [
        Span(r.line_id, lo, hi)
        for r in ended
        for lo, hi in without([(r.lo, r.hi)], [(a, b) for at, a, b in stays if at == r.line_id])
    ]
    mints = Mint.objects.filter(entry=entry_id).order_by("line", "lo")
    return Posted(
        entry_id=entry_id,
        used=tuple(Span(r.line_id, r.lo, r.hi) for r in fresh.filter(use__entry=entry_id)),
        minted=tuple(Span(m.line_id, m.lo, m.hi) for m in mints),
        freed=tuple(freed),
    )


def finish(draft: Draft) -> Posted:
    """Write the draft, or find what its key posted before; raises KeyReused."""
    if draft.write():
        return read(draft.id)
    entry_id = known(draft.key, draft.told)
    assert entry_id is not None
    return read(entry_id)


def before(key: str, told: bytes) -> Posted | None:
    """What this key posted before, if anything; raises KeyReused."""
    entry_id = known(key, told)
    return read(entry_id) if entry_id else None
