"""Rows of the room: what was done about money after it was booked, by whom, when and why.

A `Deed` is written once and never altered; what takes time (a refund at the provider, a move that
waits for a second person) has a row of its own that only moves forward.
"""

from typing import Any, ClassVar

from django.db import models

from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person

REASON_CHARS = 300
KEY_CHARS = 200


class DeedKind(models.TextChoices):
    """What was done."""

    REFUND_ASKED = "refund_asked", "Refund asked for"
    REFUND_WITHDRAWN = "refund_withdrawn", "Refund withdrawn"
    REFUND_REFUSED = "refund_refused", "Refund refused by the provider"
    REFUNDED = "refunded", "Given back"
    CHARGED_BACK = "charged_back", "Taken back by the bank"
    CAME_BACK = "came_back", "Came back to us"
    FEE_KNOWN = "fee_known", "True fee known"
    VOIDED = "voided", "Booked too much, taken off"
    RAISED = "raised", "Booked too little, added"
    OWNER_CHANGED = "owner_changed", "Booked for another person"
    MATCHED = "matched", "Given because of another gift"
    MOVE_ASKED = "move_asked", "Move asked for"
    MOVE_WITHDRAWN = "move_withdrawn", "Move withdrawn"
    MOVE_DECLINED = "move_declined", "Move declined"
    MOVED = "moved", "Moved"
    CONVERTED = "converted", "Converted"


class Deed(Walled):
    """One thing that was done. `by` is a member of staff; null: a program, or the provider."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=DeedKind.choices)
    gift = WalledKey(Gift, null=True, db_index=False)
    about = models.UUIDField(null=True)  # the refund or the move
    amount_minor = models.BigIntegerField(null=True)
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="")
    person_from = WalledKey(Person, null=True, db_index=False)
    person_to = WalledKey(Person, null=True, db_index=False)
    other_gift = WalledKey(Gift, null=True, db_index=False)
    on = models.DateField(null=True)  # when the money moved, by the organisation's calendar
    by = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=REASON_CHARS, default="")
    key = models.CharField(max_length=KEY_CHARS)
    told = models.BinaryField(max_length=32)  # hash of the inputs that came with the key

    class Meta:
        """A key does one thing."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_deed_per_key"),
            models.CheckConstraint(
                condition=models.Q(kind__in=DeedKind.values), name="deed_known_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "gift", "at"], name="deeds_of_gift"),
            models.Index(fields=["organisation", "about"], name="deeds_about"),
        ]

    @property
    def amount(self) -> Money | None:
        """The amount, where there is one."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


class Way(models.TextChoices):
    """How money goes back."""

    RAIL = "rail", "Through the payment provider"
    HAND = "hand", "Paid back by hand"
    FOUND = "found", "Given back at the provider itself"


class RefundState(models.TextChoices):
    """How far a refund got."""

    PLANNED = "planned", "To be carried out"
    DONE = "done", "Given back"
    REFUSED = "refused", "Refused by the provider"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Refund(Walled):
    """Money of one gift on its way back, whole or in part."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gift = WalledKey(Gift, related_name="refunds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    way = models.CharField(max_length=10, choices=Way.choices)
    account = models.CharField(max_length=60)  # where it leaves from: `cash:<name>` of the ledger
    reason = models.CharField(max_length=REASON_CHARS, default="")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=now)
    key = models.CharField(max_length=KEY_CHARS)
    told = models.BinaryField(max_length=32)
    state = models.CharField(
        max_length=10, choices=RefundState.choices, default=RefundState.PLANNED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(default=now)  # when to carry it out, or to try again
    refund_ref = models.CharField(max_length=200, default="")
    returned_on = models.DateField(null=True)

    class Meta:
        """A key gives back once; workers look for what is planned."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_refund_per_key"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="refund_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RefundState.values, way__in=Way.values),
                name="refund_known_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(returned_on__isnull=False),
                name="refund_done_has_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "gift"], name="refunds_of_gift"),
            models.Index(
                fields=["organisation", "look_at"],
                condition=models.Q(state="planned"),
                name="refunds_to_carry_out",
            ),
        ]

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)


class MoveKind(models.TextChoices):
    """Why money changes its fund. The values are the ledger's reasons."""

    DESIGNATION = "designation", "Free money finds its purpose"
    CORRECTION = "correction", "A gift was booked for the wrong cause"
    FAILED = "failed", "The project failed"
    CLOSING = "closing", "The cause ends"


class MoveState(models.TextChoices):
    """How far a move got."""

    WAITING = "waiting", "Waits for a second person"
    DONE = "done", "Moved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Move(Walled):
    """Money that shall change its fund: asked by one person, approved by another.

    `closing` and `failed` take all that is left, in each currency, and end the cause.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=MoveKind.choices)
    from_fund_id = models.UUIDField()
    to_fund_id = models.UUIDField()
    gift = WalledKey(Gift, null=True, db_index=False)  # only this gift's own cents
    amount_minor = models.BigIntegerField(null=True)  # null: all that is left
    currency = models.CharField(max_length=3)
    legal_basis = models.CharField(max_length=200)
    reason = models.CharField(max_length=REASON_CHARS)
    public_words: Any = models.JSONField(default=dict)  # by language
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=now)
    key = models.CharField(max_length=KEY_CHARS)
    told = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=MoveState.choices, default=MoveState.WAITING)

    class Meta:
        """A key asks once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_move_per_key"),
            models.CheckConstraint(
                condition=models.Q(amount_minor=None) | models.Q(amount_minor__gt=0),
                name="move_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=MoveKind.values, state__in=MoveState.values),
                name="move_known_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(from_fund_id=models.F("to_fund_id")), name="move_goes_elsewhere"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "asked_at"],
                condition=models.Q(state="waiting"),
                name="moves_that_wait",
            )
        ]

    @property
    def amount(self) -> Money | None:
        """What moves; None: all that is left."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)
