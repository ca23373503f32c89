"""The wall around pledges: what was said and tried is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Changes are append-only; of a mandate only its use and its end may be noted."""

    dependencies = [("giving", "0007_pledges")]

    operations = [
        RaiseWall("SavedMethod", updatable=("ended_at", "ended_because")),
        RaiseWall("Mandate", updatable=("last_collected_on", "ended_on", "ended_because")),
        RaiseWall("Pledge"),
        RaiseWall("PledgeChange", append_only=True),
        RaiseWall("Instalment"),
        RaiseWall("DebitBatch", updatable=("handed_in_at", "handed_in_by")),
        RaiseWall("Attempt", updatable=("outcome", "code", "ended_at")),
    ]
