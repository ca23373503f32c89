"""The wall around trace links."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """A link can only be revoked."""

    dependencies = [("trace", "0001_initial"), ("giving", "0002_wall")]

    operations = [
        RaiseWall("TraceLink", updatable=("revoked_at",)),
        RaiseWall("Report", updatable=("told_count", "done_at")),
    ]
