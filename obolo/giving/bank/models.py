"""Rows of the bank: files as they came, statements and lines read from them, decisions.

A file and a decision are written once. A line keeps where it stands and why; its history is in its
decisions. A payer's account is kept as a keyed hash and its last four characters.
"""

from typing import Any, ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person

REASON_CHARS_MAX = 300


class AccountWord(Walled):
    """Somebody said where transfers should go. The newest word counts; none is altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    iban = models.CharField(max_length=34)
    beneficiary = models.CharField(max_length=70)
    bic = models.CharField(max_length=11, default="")
    reason = models.CharField(max_length=REASON_CHARS_MAX, default="")
    by = models.UUIDField(null=True)  # staff; null: the sample
    at = models.DateTimeField(default=now)


class StatementFile(Walled):
    """A file as it was handed in, byte for byte."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    by = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        """The same file is kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_statement_file"),
        ]


class Statement(Walled):
    """One account over some days, as a file told it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = WalledKey(StatementFile, related_name="statements")
    part = models.PositiveSmallIntegerField()  # a file may hold several statements
    account = models.CharField(max_length=34)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=40)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    closing_on = models.DateField(null=True)
    adds_up = models.BooleanField(null=True)
    told_count = models.PositiveIntegerField()  # lines in the file
    new_count = models.PositiveIntegerField()  # of those, not known from an earlier file
    problems: Any = models.JSONField(default=list)  # rows left out: place, field, why
    by = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        """A statement is imported once; the newest balance of an account is asked for."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "file", "part"], name="one_statement"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "account", "-closing_on"], name="newest_balance"),
        ]


class LineState(models.TextChoices):
    """Where a line stands."""

    DOUBT = "doubt", "A person should look"
    BOOKED = "booked", "A gift stands for it"
    ASIDE = "aside", "Not a gift"
    RETURNED = "returned", "A returned debit, noted with its pledge"


class StatementLine(Walled):
    """One movement on an account of ours: positive is money in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = WalledKey(Statement, related_name="lines")
    identity = models.CharField(max_length=32)
    place = models.CharField(max_length=40)
    amount_minor = models.BigIntegerField()
    charge_minor = models.BigIntegerField(default=0)  # kept by the bank; `amount` is after it
    currency = models.CharField(max_length=3)
    original_minor = models.BigIntegerField(null=True)  # as sent, when in another currency
    original_currency = models.CharField(max_length=3, default="")
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    bank_ref = models.CharField(max_length=140, default="")
    reference = models.CharField(max_length=140, default="")
    end_to_end = models.CharField(max_length=140, default="")
    return_code = models.CharField(max_length=4, default="")
    reversal = models.BooleanField(default=False)
    lumped = models.BooleanField(default=False)
    payer = models.CharField(max_length=140, default="")
    words = models.CharField(max_length=1000, default="")
    payer_hash = models.BinaryField(null=True)
    payer_end = models.CharField(max_length=4, default="")
    state = models.CharField(max_length=10, choices=LineState.choices)
    reasons: Any = models.JSONField(default=list)
    candidates: Any = models.JSONField(default=list)  # ids of payments, best first
    gift_id = models.UUIDField(null=True)  # while booked

    class Meta:
        """A movement counts once, in whatever files it comes."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "identity"], name="one_line"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "booked_on"],
                condition=models.Q(state="doubt"),
                name="doubtful_lines",
            ),
            models.Index(fields=["organisation", "statement", "state"], name="lines_in_order"),
        ]

    @property
    def amount(self) -> Money:
        """What moved on the account."""
        return Money(self.amount_minor, self.currency)

    @property
    def gross(self) -> Money:
        """What was sent, before the bank kept its charge."""
        return Money(self.amount_minor + self.charge_minor, self.currency)


class DecisionKind(models.TextChoices):
    """What was decided about a line."""

    MATCHED = "matched", "The reference is ours"
    PAYMENT = "payment", "Staff: this payment"
    PERSON = "person", "Staff: a gift of this person"
    ASIDE = "aside", "Staff: not a gift"
    RETURNED = "returned", "A returned debit"
    UNDONE = "undone", "Staff: undone"


class LineDecision(Walled):
    """Who decided what about a line, and when. Never altered: an error is undone by another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = WalledKey(StatementLine, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    payment = WalledKey("giving.Payment", null=True)
    gift_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=REASON_CHARS_MAX, default="")
    by = models.UUIDField(null=True)  # staff; null: by the rules of matching
    at = models.DateTimeField(default=now)

    class Meta:
        """A line's history in order."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "line", "at"], name="decisions_of_line"),
        ]


class PayerAccount(Walled):
    """Whose account a payer's is, by the word of staff or by a matched reference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer_hash = models.BinaryField()
    payer_end = models.CharField(max_length=4)
    person = WalledKey(Person)
    learnt_at = models.DateTimeField(default=now)

    class Meta:
        """Asked for by hash; the newest is proposed."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "payer_hash", "person"], name="one_payer_account"
            ),
        ]
