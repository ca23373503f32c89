"""The raw notices: what outsiders told us, byte for byte."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled

REASON_CHARS = 500


class Notice(Walled):
    """One authentic POST of an outsider, stored before anything looked into it.

    Its bytes never change. It is open until it is done or quarantined; both say when.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=40)  # whatsapp, pay_simulator, …
    account_id = models.UUIDField()  # the outside account it came through
    body = models.BinaryField()
    received_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    quarantined_at = models.DateTimeField(null=True)
    quarantine_reason = models.CharField(max_length=REASON_CHARS, default="", db_default="")
    unknown_count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        """Workers look for the open ones only."""

        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "received_at"],
                condition=models.Q(done_at=None, quarantined_at=None),
                name="open_notices",
            ),
            models.Index(
                fields=["organisation", "-quarantined_at"],
                condition=models.Q(quarantined_at__isnull=False),
                name="quarantined_notices",
            ),
        ]
