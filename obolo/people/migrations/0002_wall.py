"""The wall around people; a word on consent is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Forced row-level security and composite keys."""

    dependencies = [("people", "0001_initial"), ("organisations", "0002_wall")]

    operations = [
        RaiseWall("Person"),
        RaiseWall("Address", updatable=("valid_to",)),
        RaiseWall("Consent", append_only=True),
    ]
