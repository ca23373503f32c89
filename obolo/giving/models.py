"""Rows of the room: payments, gifts, receipts."""

from typing import Any, ClassVar

from django.db import models

from obolo.causes.models import Cause
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person


class PaymentState(models.TextChoices):
    """How far a payment got, by the provider's word."""

    PLANNED = "planned", "Not yet at the provider"
    OPEN = "open", "Waiting to be paid"
    PAID = "paid", "Paid"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    REFUNDED = "refunded", "Refunded"


class Payment(Walled):
    """What we ask a provider to collect. Its reference is unguessable: it is the link's secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person)
    cause = WalledKey(Cause)
    conversation_id = models.UUIDField(null=True)
    asked_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8)
    reference = models.CharField(max_length=64)
    rail = models.CharField(max_length=40)
    provider_ref = models.CharField(max_length=100, null=True)
    url = models.URLField(max_length=2000, default="")
    page_until = models.DateTimeField(null=True)  # from then on `url` must be asked for anew
    state = models.CharField(
        max_length=10, choices=PaymentState.choices, default=PaymentState.PLANNED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(default=now)  # when to place it, or to ask the provider again
    # A paid one: when to ask once more whether money went back, or the true fee is known.
    recheck_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()

    class Meta:
        """A reference is one payment, at us and at the provider."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_payment"),
            models.UniqueConstraint(
                fields=["organisation", "rail", "provider_ref"], name="one_provider_payment"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_minor__gt=0), name="payment_is_positive"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "look_at"],
                condition=models.Q(state__in=["planned", "open"]),
                name="payments_to_look_at",
            ),
            models.Index(
                fields=["organisation", "recheck_at"],
                condition=models.Q(recheck_at__isnull=False),
                name="payments_to_recheck",
            ),
        ]

    @property
    def asked(self) -> Money:
        """What the person agreed to give."""
        return Money(self.asked_minor, self.currency)


class Gift(Walled):
    """Money that arrived, once. Never altered, but for whose it is: see `returns`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = WalledKey(Payment, related_name="gifts")
    person = WalledKey(Person, related_name="gifts")
    cause = WalledKey(Cause, related_name="gifts")
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    fee_is_estimate = models.BooleanField(default=False)
    asked_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=40, default="")
    paid_at = models.DateTimeField()
    booked_at = models.DateTimeField(default=now)

    class Meta:
        """One payment is one gift."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "payment"], name="one_gift"),
            models.CheckConstraint(
                condition=models.Q(gross_minor__gt=0) & models.Q(fee_minor__gte=0),
                name="gift_is_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "person", "-paid_at"], name="gifts_of_person")
        ]

    @property
    def gross(self) -> Money:
        """What the person paid."""
        return Money(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        """What the provider kept."""
        return Money(self.fee_minor, self.currency)

    @property
    def net(self) -> Money:
        """What arrived; may be negative when the fee was larger than the gift."""
        return Money(self.gross_minor - self.fee_minor, self.currency)

    @property
    def other_amount(self) -> bool:
        """Was another amount, or another currency, paid than asked? Flagged for staff."""
        return self.gross_minor != self.asked_minor or self.currency != self.payment.currency


class Receipt(Walled):
    """A receipt of a gift, numbered per organisation and year without gaps. Never altered.

    `receipts.models.ReceiptVoid` ends one; the next one of the same gift names it as replaced.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gift = WalledKey(Gift, related_name="receipts")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField(default=now)
    replaces = WalledKey("self", null=True, related_name="replaced_by")
    key = models.CharField(max_length=200, null=True)  # the caller's, when it replaces one
    reason = models.CharField(max_length=200, default="")  # why it replaces one
    by = models.UUIDField(null=True)  # staff who replaced one
    printed: Any = models.JSONField(default=dict)  # `receipts.printed.Printed`, frozen

    class Meta:
        """No number twice; the receipts of a gift are one chain without branches."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "year", "number"], name="one_number"),
            models.UniqueConstraint(
                fields=["organisation", "gift"],
                condition=models.Q(replaces=None),
                name="one_first_receipt",
            ),
            models.UniqueConstraint(fields=["organisation", "replaces"], name="replaced_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="one_reissue"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "gift"], name="receipts_of_gift")]

    @property
    def shown(self) -> str:
        """`2026/000012`."""
        return f"{self.year}/{self.number:06d}"


class ReceiptCounter(Walled):
    """The last receipt number of a year; its row is the lock that keeps numbers without gaps."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        """One counter per year."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "year"], name="one_counter"),
        ]


# Django finds the rows of the parts of the room here.
from obolo.giving.bank import models as bank_models  # noqa: E402, F401
from obolo.giving.desk import models as desk_models  # noqa: E402, F401
from obolo.giving.pledges import models as pledge_models  # noqa: E402, F401
from obolo.giving.receipts import models as receipt_rows  # noqa: E402, F401
from obolo.giving.reconciliation import models as reconciliation_models  # noqa: E402, F401
from obolo.giving.returns import models as return_rows  # noqa: E402, F401
