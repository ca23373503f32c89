"""The wall around the room. A line's standing may change, and whether a use is live."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall

_STANDING = (
    "head",
    "free_from",
    "used_minor",
    "gifted_minor",
    "overhead_minor",
    "gifts_count",
)


class Migration(migrations.Migration):
    """Journal, mints and uses are append-only for the application."""

    dependencies = [("ledger", "0001_initial")]

    operations = [
        RaiseWall("Fund", updatable=("name",)),
        RaiseWall("Line", updatable=_STANDING),
        RaiseWall("Entry", append_only=True),
        RaiseWall("Leg", append_only=True),
        RaiseWall("Mint", append_only=True),
        RaiseWall("Use", append_only=True),
        RaiseWall("UseRange", updatable=("live",)),
    ]
