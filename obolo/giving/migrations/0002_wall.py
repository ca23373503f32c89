"""The wall around giving; a gift and its receipt are never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Gifts and receipts are append-only."""

    dependencies = [
        ("giving", "0001_initial"),
        ("people", "0002_wall"),
        ("causes", "0002_wall"),
    ]

    operations = [
        RaiseWall("Payment"),
        RaiseWall("Gift", append_only=True),
        RaiseWall("Receipt", append_only=True),
        RaiseWall("ReceiptCounter", updatable=("last",)),
    ]
