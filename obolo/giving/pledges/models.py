"""Rows of the idea: pledges and their changes, saved methods, mandates, instalments, attempts."""

from typing import ClassVar

from django.db import models

from obolo.causes.models import Cause
from obolo.gateways.payments.sepa.mandate import Mandate as MandateFacts
from obolo.giving.models import Payment
from obolo.giving.pledges import plan
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person


class Rhythm(models.TextChoices):
    """How often."""

    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every three months"
    YEARLY = "yearly", "Every year"


class Way(models.TextChoices):
    """How the money is collected."""

    LINK = "link", "A link each time"
    SAVED = "saved", "The method saved at the first payment"
    DEBIT = "debit", "SEPA direct debit"


class Standing(models.TextChoices):
    """Where a pledge stands: what its newest change left."""

    BEGUN = "begun", "Running"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


class ChangeKind(models.TextChoices):
    """What happened to a pledge."""

    BEGUN = "begun", "Begun"
    CHANGED = "changed", "Changed"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Taken up again"
    SKIPPED = "skipped", "One time skipped"
    ENDED = "ended", "Ended"
    UNDONE = "undone", "A change undone"


class InstalmentState(models.TextChoices):
    """How far one due day got."""

    PLANNED = "planned", "To come"
    ASKED = "asked", "On its way"
    COLLECTED = "collected", "Collected"
    UNPAID = "unpaid", "Not paid"
    SKIPPED = "skipped", "Skipped"
    PAUSED = "paused", "Within a pause"
    MISSED = "missed", "We were too late"
    CANCELLED = "cancelled", "The pledge had ended"


class Outcome(models.TextChoices):
    """What became of one attempt to collect."""

    OPEN = "open", "Not known yet"
    COLLECTED = "collected", "Collected"
    FAILED = "failed", "Failed"
    RETURNED = "returned", "Collected, then taken back"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SavedMethod(Walled):
    """A method that the provider keeps for a person: its own names of it, no number of a card."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person)
    rail = models.CharField(max_length=40)
    customer = models.CharField(max_length=100, default="")
    method = models.CharField(max_length=100)
    shown = models.CharField(max_length=60, default="")  # "card"
    saved_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=60, default="")


class Mandate(Walled):
    """A person's signed permission to debit an account. The account's number is sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person)
    reference = models.CharField(max_length=35)
    name = models.CharField(max_length=70)
    sealed = models.BinaryField()
    iban_shown = models.CharField(max_length=20)
    bic = models.CharField(max_length=11, default="")
    signed_on = models.DateField()
    text_version = models.CharField(max_length=40)
    signed_by = models.CharField(max_length=10)  # paper, link
    entered_by = models.UUIDField(null=True)
    entered_at = models.DateTimeField(default=now)
    last_collected_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=60, default="")

    class Meta:
        """A reference is never used twice."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_mandate")
        ]

    def purpose(self) -> str:
        """What the sealed account number is bound to."""
        return f"mandate:{self.organisation_id}:{self.id}"

    def facts(self, iban: str) -> MandateFacts:
        """The mandate as the gateway wants it, with its opened account number."""
        return MandateFacts(
            reference=self.reference,
            name=self.name,
            iban=iban,
            signed_on=self.signed_on,
            bic=self.bic,
            last_collected_on=self.last_collected_on,
            revoked_on=self.ended_on,
        )


class Pledge(Walled):
    """A promise to give regularly, as it stands; how it came to stand so is in its changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person, related_name="pledges")
    cause = WalledKey(Cause)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices)
    day = models.PositiveSmallIntegerField()  # of the month; 29 to 31: the last of a short one
    way = models.CharField(max_length=10, choices=Way.choices)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.BEGUN)
    paused_until = models.DateField(null=True)  # the first day on which it goes on
    notice_days = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=8)
    saved = WalledKey(SavedMethod, null=True)
    mandate = WalledKey(Mandate, null=True)
    begun_at = models.DateTimeField(default=now)

    class Meta:
        """Terms that exist."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, day__gte=1, day__lte=31)
                & models.Q(rhythm__in=Rhythm.values, way__in=Way.values)
                & models.Q(standing__in=Standing.values),
                name="pledge_has_terms",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "person"], name="pledges_of")]

    @property
    def amount(self) -> Money:
        """What is promised each time."""
        return Money(self.amount_minor, self.currency)

    @property
    def terms(self) -> plan.Terms:
        """How often and on which day."""
        return plan.Terms(self.rhythm, self.day)


class PledgeChange(Walled):
    """What happened to a pledge, who did it and why, and the terms it left. Never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pledge = WalledKey(Pledge, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    at = models.DateTimeField(default=now)
    staff_id = models.UUIDField(null=True)  # who of the team; null: the person, or a program
    source = models.CharField(max_length=20)  # chat, console, api, page, system
    reason = models.CharField(max_length=300, default="")
    amount_minor = models.BigIntegerField()
    rhythm = models.CharField(max_length=10)
    day = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10)
    standing = models.CharField(max_length=10)
    paused_until = models.DateField(null=True)
    instalment_id = models.UUIDField(null=True)  # the skipped one
    undoes_id = models.UUIDField(null=True)
    key = models.CharField(max_length=120)
    told = models.BinaryField(max_length=32)  # hash of what was asked with this key

    class Meta:
        """One key, one change."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_pledge_change")
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "pledge", "at"], name="changes_of_pledge")
        ]


class Instalment(Walled):
    """One due day of a pledge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pledge = WalledKey(Pledge, related_name="instalments")
    period = models.DateField()  # the first of its month, whatever happens to the day
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(
        max_length=10, choices=InstalmentState.choices, default=InstalmentState.PLANNED
    )
    look_on = models.DateField()  # when something is to be done about it
    take_on = models.DateField()  # when to collect; later than due after a failure or late notice
    announced_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, default="")  # the code of the last failed attempt
    by_link = models.BooleanField(default=False)  # the saved method failed: this one by a link
    made_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A month is due once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "pledge", "period"], name="one_due_day_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, state__in=InstalmentState.values),
                name="instalment_is_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "look_on"],
                condition=models.Q(state__in=["planned", "asked"]),
                name="instalments_to_look_at",
            )
        ]

    @property
    def amount(self) -> Money:
        """What is due."""
        return Money(self.amount_minor, self.currency)


class DebitBatch(Walled):
    """Debits that went into one file for the bank. The file is sealed: it holds account numbers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=30)  # the file's message id
    due_on = models.DateField()
    count = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=now)
    made_by = models.UUIDField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    handed_in_by = models.UUIDField(null=True)

    class Meta:
        """A bank refuses a message id it has seen."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_debit_batch")
        ]

    def purpose(self) -> str:
        """What the sealed file is bound to."""
        return f"debit_batch:{self.organisation_id}:{self.id}"


class Attempt(Walled):
    """One try to collect an instalment: a payment at a provider, or a debit in a file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instalment = WalledKey(Instalment, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10, choices=Way.choices)
    payment = WalledKey(Payment, null=True)
    keeps_method = models.BooleanField(default=False)  # ask the provider to keep the method
    saved = WalledKey(SavedMethod, null=True)
    batch = WalledKey(DebitBatch, null=True, related_name="debits")
    mandate = WalledKey(Mandate, null=True)
    end_to_end = models.CharField(max_length=30, null=True)
    sequence = models.CharField(max_length=4, default="")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    code = models.CharField(max_length=60, default="")
    made_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """While one attempt is open or has succeeded there is no other: nothing is taken twice."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "instalment", "number"], name="one_attempt"
            ),
            models.UniqueConstraint(
                fields=["organisation", "instalment"],
                condition=models.Q(outcome__in=["open", "collected"]),
                name="one_living_attempt",
            ),
            models.UniqueConstraint(
                fields=["organisation", "payment"], name="one_attempt_per_payment"
            ),
            models.UniqueConstraint(fields=["organisation", "end_to_end"], name="one_debit"),
        ]


class DebitWordKind(models.TextChoices):
    """What was said of a batch, or of one of its debits."""

    MADE = "made", "The file was made"
    HANDED_IN = "handed_in", "Handed in at the bank"
    WITHDRAWN = "withdrawn", "Taken back before it was handed in"
    COLLECTED = "collected", "The money arrived"
    RETURNED = "returned", "The bank returned it"


class DebitWord(Walled):
    """Who said what of a batch or a debit, and when. Never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = WalledKey(DebitBatch, related_name="words")
    attempt = WalledKey(Attempt, null=True, related_name="words")
    kind = models.CharField(max_length=10, choices=DebitWordKind.choices)
    day = models.DateField()
    code = models.CharField(max_length=10, default="")
    reason = models.CharField(max_length=300, default="")
    staff_id = models.UUIDField(null=True)
    source = models.CharField(max_length=20)  # console, bank
    at = models.DateTimeField(default=now)

    class Meta:
        """Listed by batch."""

        indexes: ClassVar = [models.Index(fields=["organisation", "batch"], name="words_of_batch")]
