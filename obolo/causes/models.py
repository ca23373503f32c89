"""Rows of the room: causes, purchases, evidence."""

from typing import Any, ClassVar

from django.db import models

from obolo.causes.file_models import KeptFile
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
    sdg_goals: Any = models.JSONField(default=list)  # numbers of UN goals; see `taxonomies`
    icnpo_group = models.CharField(max_length=10, default="")  # its code, "" while untold
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
        return in_language(self.names, language)

    def summary(self, language: str) -> str:
        """What it is, in one or two sentences."""
        return in_language(self.summaries, language)


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in that language, else in English, else in any; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


class _Counted(models.Manager["Purchase"]):
    """Purchases that count: those that wait for a second person are not among them."""

    def get_queryset(self) -> models.QuerySet["Purchase"]:
        """All that are booked."""
        return super().get_queryset().filter(booked_at__isnull=False)


class Purchase(Walled):
    """Money spent for a cause. Never altered; the ledger holds which cents it took.

    `objects` knows those that count, so that no page shows one that waits or was refused by
    mistake; `recorded` knows all. Paid in another currency: `amount_minor` is what it counted in
    the fund's currency, `paid_minor` what was paid, `rate` how much of it one unit was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = WalledKey(Cause, related_name="purchases")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_minor = models.BigIntegerField(null=True)
    paid_currency = models.CharField(max_length=3, default="")
    rate = models.CharField(max_length=30, default="")  # decimal text: `655.957` XOF for 1 EUR
    rate_on = models.DateField(null=True)
    rate_source = models.CharField(max_length=100, default="")
    description = models.CharField(max_length=300)
    bought_on = models.DateField()
    from_reserve = models.BooleanField(default=False)  # an advance: the fund pays it back later
    key = models.CharField(max_length=200)  # the caller's idempotency key
    recorded_by = models.UUIDField(null=True)  # staff; null: a program
    recorded_at = models.DateTimeField(default=now)
    booked_at = models.DateTimeField(null=True)  # null: waits for a second person, or refused

    objects: ClassVar[_Counted] = _Counted()
    recorded: ClassVar[models.Manager["Purchase"]] = models.Manager()

    class Meta:
        """A key records one purchase; newest first for pages."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_purchase_per_key"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="purchase_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(paid_minor=None, paid_currency="", rate="")
                | (models.Q(paid_minor__gt=0) & ~models.Q(paid_currency="") & ~models.Q(rate="")),
                name="paid_with_its_rate",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "cause", "-recorded_at"], name="purchases_of"),
            models.Index(
                fields=["organisation", "recorded_at"],
                condition=models.Q(booked_at=None),
                name="purchases_not_booked",
            ),
        ]

    @property
    def state(self) -> str:
        """`counted`, `waiting` for a second person, or `refused` by one."""
        if self.booked_at:
            return "counted"
        return "refused" if self.decisions.all() else "waiting"

    @property
    def left_minor(self) -> int:
        """What still counts of it: its amount less what came back, in minor units."""
        return self.amount_minor - sum(one.amount_minor for one in self.corrections.all())


class EvidenceKind(models.TextChoices):
    """What a file shows."""

    PHOTO = "photo", "Photo"
    INVOICE = "invoice", "Invoice"
    OTHER = "other", "Other"


class Evidence(KeptFile):
    """A file that shows a purchase. Photos are public after re-encoding; papers are not.

    `replaces`: the former version of the same file; both hashes are kept.
    """

    purchase = WalledKey(Purchase, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    replaces = WalledKey("self", null=True)

    class Meta:
        """Listed by purchase; look-alikes are looked for among all."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "purchase"], name="evidence_of"),
            models.Index(fields=["organisation", "sha256"], name="evidence_by_hash"),
        ]

    @property
    def public(self) -> bool:
        """May donors see the file itself?"""
        counts = self.purchase.booked_at is not None
        return self.kind == EvidenceKind.PHOTO and not self.hidden_at and counts


from obolo.causes import purchase_models as purchase_models  # noqa: E402 - Django finds the rows
from obolo.causes import story_models as story_models  # noqa: E402 - likewise
