"""Rows of the reconciliation: runs, and what they found. A finding is never altered."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class Run(Walled):
    """One rail laid beside our books: asked for by somebody, or the day's own (`by` is empty)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rail = models.CharField(max_length=40)
    day = models.DateField()
    since = models.DateTimeField()  # payments paid from then on
    by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=now)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, default="")  # why it could not be done
    told_count = models.PositiveIntegerField(default=0)  # payments in the provider's list
    waiting_count = models.PositiveIntegerField(default=0)  # open ones, at the provider

    class Meta:
        """The day's own run is one; workers look for those not ended."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "rail", "day"],
                condition=models.Q(by=None),
                name="one_daily_run",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "asked_at"],
                condition=models.Q(ended_at=None),
                name="open_runs",
            ),
            models.Index(fields=["organisation", "rail", "-asked_at"], name="runs_in_order"),
        ]


class FindingKind(models.TextChoices):
    """What a run found."""

    MISSED = "missed", "Paid there, not booked here: booked now"
    UNBOOKED = "unbooked", "Paid there, and could not be booked here"
    UNKNOWN_HERE = "unknown_here", "Paid there, unknown here"
    UNKNOWN_THERE = "unknown_there", "Booked here, not paid there"
    OTHER_AMOUNT = "other_amount", "Another amount there than here"


class Finding(Walled):
    """One difference between the provider's list and our books."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = WalledKey(Run, related_name="findings")
    kind = models.CharField(max_length=20, choices=FindingKind.choices)
    provider_ref = models.CharField(max_length=100)
    payment_id = models.UUIDField(null=True)
    ours_minor = models.BigIntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField(default=now)
