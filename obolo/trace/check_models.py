"""Rows of the audits: when one ran, who asked, and what it found."""

from typing import Any, ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.models import User
from obolo.organisations.wall import Walled, WalledKey


class CheckRun(Walled):
    """One audit of the organisation, whole. Written once, when it has ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(default=now)
    asked_by = WalledKey(User, null=True)  # nobody: it was its hour
    findings: Any = models.JSONField(default=list)  # part and sentence of each

    class Meta:
        """The newest is looked for."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "-began_at"], name="newest_check"),
        ]


class CheckWish(Walled):
    """Somebody asked for an audit now; a worker does it. Later than the newest run: still open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = WalledKey(User)
    asked_at = models.DateTimeField(default=now)

    class Meta:
        """The newest counts."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "-asked_at"], name="newest_wish"),
        ]
