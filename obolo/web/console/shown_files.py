"""Files of a purchase as staff see them: shown or hidden and why, where taken, who opened them."""

from dataclasses import dataclass
from typing import Any

from obolo.causes import queries as causes
from obolo.causes.file_models import Consent, Withdrawal
from obolo.causes.models import Evidence, Purchase


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFile:
    """A file with what the page says of it. `hidden`: why donors do not see it, or empty."""

    file: Evidence
    hidden: str
    near: tuple[str, str] | None
    openings: tuple[Any, ...]
    destroyed: bool


def of_purchase(purchase: Purchase) -> list[ShownFile]:
    """All files, oldest first, replaced and withdrawn ones too."""
    files = sorted(purchase.evidence.all(), key=lambda one: (one.added_at, one.id))
    replaced = {one.replaces_id for one in files}
    hashes = [bytes(one.sha256) for one in files]
    gone = {
        bytes(one)
        for one in Withdrawal.objects.filter(sha256__in=hashes).values_list("sha256", flat=True)
    }
    originals = {bytes(one.sha256): one for one in causes.originals_of(hashes)}
    return [
        ShownFile(
            file=one,
            hidden=_why_hidden(one, bytes(one.sha256) in gone, one.id in replaced),
            near=_near(one),
            openings=tuple(original.openings.all()) if original else (),
            destroyed=bool(original and original.destroyed_at),
        )
        for one in files
        for original in [originals.get(bytes(one.sha256))]
    ]


def degrees(tenths: int) -> str:
    """Tenths of a degree as text: `-34.6`."""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{tenth}"


def _near(one: Evidence) -> tuple[str, str] | None:
    if one.near_lat_tenths is None or one.near_lon_tenths is None:
        return None
    return degrees(one.near_lat_tenths), degrees(one.near_lon_tenths)


def _why_hidden(one: Evidence, withdrawn: bool, replaced: bool) -> str:
    if not one.hidden_at:
        return ""
    if withdrawn:
        return "withdrawn"
    if replaced:
        return "replaced"
    return "open" if one.consent != Consent.NOBODY else "photo"
