"""Rows of the room: causes, purchases, evidence."""

from typing import Any, ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class Cause(Walled):
    """What gifts can be for. Its money is a fund of the ledger."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60)
    names: Any = models.JSONField()  # {"it": …, "en": …, "ar": …}
    summaries: Any = models.JSONField(default=dict)
    aliases: Any = models.JSONField(default=list)  # words people use for it
    fund_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    goal_minor = models.BigIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """A slug names one cause."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="one_cause_per_slug"),
            models.UniqueConstraint(fields=["organisation", "fund_id"], name="one_cause_per_fund"),
            models.CheckConstraint(
                condition=models.Q(goal_minor=None) | models.Q(goal_minor__gt=0),
                name="goal_is_positive",
            ),
        ]

    def name(self, language: str) -> str:
        """Its name in that language, else in English, else in any."""
        return _in(self.names, language)

    def summary(self, language: str) -> str:
        """What it is, in one or two sentences."""
        return _in(self.summaries, language)


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


class Purchase(Walled):
    """Money spent for a cause. Never altered; the ledger holds which cents it took."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = WalledKey(Cause, related_name="purchases")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=300)
    bought_on = models.DateField()
    key = models.CharField(max_length=200)  # the caller's idempotency key
    recorded_by = models.UUIDField(null=True)  # staff; null: a program
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        """A key records one purchase; newest first for pages."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_purchase_per_key"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="purchase_is_positive"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "cause", "-recorded_at"], name="purchases_of")
        ]


class EvidenceKind(models.TextChoices):
    """What a file shows."""

    PHOTO = "photo", "Photo"
    INVOICE = "invoice", "Invoice"
    OTHER = "other", "Other"


class Evidence(Walled):
    """A file that shows a purchase. Photos are public after re-encoding; papers are not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purchase = WalledKey(Purchase, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    file_name = models.CharField(max_length=100)  # ours, made from the content's hash
    shown_name = models.CharField(max_length=200, default="")  # theirs, for staff only
    media_type = models.CharField(max_length=60)
    sha256 = models.BinaryField(max_length=32)  # of the bytes as they came
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField(default=now)
    added_by = models.UUIDField(null=True)

    class Meta:
        """Listed by purchase."""

        indexes: ClassVar = [models.Index(fields=["organisation", "purchase"], name="evidence_of")]

    @property
    def public(self) -> bool:
        """May donors see the file itself?"""
        return self.kind == EvidenceKind.PHOTO
