"""The wall around conversations."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """What was said and what the provider told is kept as it came."""

    dependencies = [("conversations", "0001_initial"), ("people", "0002_wall")]

    operations = [
        RaiseWall("Conversation"),
        RaiseWall("HandOff", updatable=("ended_at", "ended_by")),
        RaiseWall("Message", updatable=("provider_id", "answered_at")),
        RaiseWall("Delivery"),
        RaiseWall("Status", append_only=True),
    ]
