"""Rows of the room: links to donors' pages, and reports still owed."""

from typing import ClassVar

from django.db import models

from obolo.causes.models import Purchase
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class TraceLink(Walled):
    """A capability that opens the page of one gift. Only the hash of its token is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gift = WalledKey(Gift, related_name="trace_links")
    token_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)  # staff; null: the donor, or a rule
    revoked_why = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        """Found by hash; one living link per gift is enough."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="one_trace_token"),
            models.UniqueConstraint(
                fields=["organisation", "gift"],
                condition=models.Q(revoked_at=None),
                name="one_living_link",
            ),
        ]


class Report(Walled):
    """The duty to tell those whose cents a purchase took; worked off in pieces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purchase = WalledKey(Purchase)
    told_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """One duty per purchase; workers look for the open ones."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "purchase"], name="one_report"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "created_at"],
                condition=models.Q(done_at=None),
                name="open_reports",
            )
        ]


from obolo.trace import check_models as check_models  # noqa: E402 - and those of the audits
from obolo.trace import log_models as log_models  # noqa: E402 - Django finds the log's rows here
from obolo.trace import open_models as open_models  # noqa: E402 - and the terms of open data
