"""Where something was bought: typed, told by a device or by a photo; kept coarsened only."""

from dataclasses import dataclass
from uuid import UUID

from obolo.causes.errors import BadPlace
from obolo.causes.models import Purchase
from obolo.causes.purchase_models import Place, PlaceSource
from obolo.kit.text import shown, without_invisible
from obolo.organisations.bell import ring

REGION_CHARS_MAX = 120
_LAT_TENTHS_MAX, _LON_TENTHS_MAX = 900, 1800


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place in tenths of a degree (both or neither), and the name of its region."""

    region: str = ""
    lat_tenths: int | None = None
    lon_tenths: int | None = None
    source: PlaceSource = PlaceSource.TYPED


def put_place(*, purchase: Purchase, place: NewPlace, by: UUID | None) -> Place | None:
    """Note where it was bought; the same again is the same row, nothing is no row.

    Raises BadPlace.
    """
    clean = " ".join(without_invisible(shown(place.region, REGION_CHARS_MAX)).split())
    lat, lon = place.lat_tenths, place.lon_tenths
    if (lat is None) != (lon is None):
        raise BadPlace
    if lat is not None and lon is not None:
        if abs(lat) > _LAT_TENTHS_MAX or abs(lon) > _LON_TENTHS_MAX:
            raise BadPlace
    elif not clean:
        return None
    known = place_of(purchase)
    if known and (known.region, known.lat_tenths, known.lon_tenths) == (clean, lat, lon):
        return known
    row = Place.objects.create(
        purchase=purchase,
        region=clean,
        lat_tenths=lat,
        lon_tenths=lon,
        source=place.source,
        told_by=by,
    )
    if purchase.booked_at:
        ring(f"fund:{purchase.cause.fund_id}")
    return row


def place_of(purchase: Purchase) -> Place | None:
    """Where it was bought, as last told."""
    return max(purchase.places.all(), key=lambda one: (one.told_at, one.id), default=None)
