"""The wall around turns; they are never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Append-only."""

    dependencies = [("assistant", "0001_initial"), ("conversations", "0002_wall")]

    operations = [RaiseWall("Turn", append_only=True)]
