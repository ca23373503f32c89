"""The wall around the words about debits: what was said is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Append-only."""

    dependencies = [("giving", "0012_debit_words")]

    operations = [RaiseWall("DebitWord", append_only=True)]
