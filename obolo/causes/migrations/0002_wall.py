"""The wall around causes; what was bought and shown is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Purchases and evidence are append-only."""

    dependencies = [("causes", "0001_initial"), ("organisations", "0002_wall")]

    operations = [
        RaiseWall("Cause"),
        RaiseWall("Purchase", append_only=True),
        RaiseWall("Evidence", append_only=True),
    ]
