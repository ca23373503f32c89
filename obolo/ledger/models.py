"""Rows of the room. What they must never say is refused by the database: see migrations 0003, 0004.

A row is written once, in the statement that writes its entry. The exceptions: the standing of a
line (kept under its lock, recomputed by `audit`), and that a range of a use ended.
"""

from typing import ClassVar, Final

from django.db import models
from django.db.models.expressions import Func, Value
from django.db.models.functions import NullIf

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey

# Each line owns one block of the int8 space, so that one exclusion constraint over the numbers
# alone tells all lines apart. 2**42 minor units are 44 thousand million euro.
BLOCK_MINOR: Final = 2**42


class Purpose(models.TextChoices):
    """What the cents of a fund may be spent on."""

    RESTRICTED = "restricted", "Restricted"
    UNRESTRICTED = "unrestricted", "Unrestricted"
    OVERHEAD = "overhead", "Overhead"
    RESERVE = "reserve", "Reserve"


SYSTEM_PURPOSES: Final = (Purpose.OVERHEAD, Purpose.RESERVE)

# Entries that move no money: the published rule of a fund, who owns a gift, the end of a line.
SILENT_KINDS: Final = ("rule", "owner", "close")
MONEY_KINDS: Final = (
    "gift",
    "gifts",  # a burst: its gifts are `BatchGift` rows
    "addition",  # a gift was booked too low
    "purchase",
    "advance",  # a purchase paid by the reserve
    "reimburse",
    "release",  # a purchase that never happened
    "supplier_refund",
    "refund",
    "chargeback",
    "void",  # a gift was booked twice or too high
    "fee",  # known later, or billed for many gifts
    "transfer",
    "conversion",
    "repayment",  # the organisation pays what it owes its reserve
)
GIFT_KINDS: Final = ("gift", "gifts", "addition")  # those that only bring cents of gifts
ENTRY_KINDS: Final = SILENT_KINDS + MONEY_KINDS
# Whose numbers a mint made. Only a gift's numbers belong to somebody outside.
MINT_KINDS: Final = ("gift", "transfer", "conversion", "returned", "iou", "fee")
USE_KINDS: Final = (
    "purchase",
    "refund",
    "void",
    "transfer",
    "conversion",
    "cover",
    "reimburse",
    "fee",
)
# Standing in: the cents of `source` now stand for a used stretch. Flowing: they became new ones.
STANDING_IN: Final = ("cover", "reimburse")
FLOWING: Final = ("transfer", "conversion", "returned")


class Fund(Walled):
    """A pot of money with one purpose; one line of numbered cents for each currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    created_at = models.DateTimeField(default=now)

    class Meta:
        """An organisation has one overhead fund and one reserve."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="fund_known_purpose"
            ),
            models.UniqueConstraint(
                fields=["organisation", "purpose"],
                condition=models.Q(purpose__in=SYSTEM_PURPOSES),
                name="one_system_fund",
            ),
        ]


class Line(Walled):
    """The cents of one fund in one currency, numbered from 0 in the order they were posted.

    All but the first four columns are its standing, which follows from the rows below.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fund = WalledKey(Fund, db_index=False)
    currency = models.CharField(max_length=3)
    base = models.BigIntegerField(
        db_default=Func(Value("ledger_block"), function="nextval") * Value(BLOCK_MINOR),
        editable=False,
    )
    head = models.BigIntegerField(default=0)  # cents ever minted; the next number
    free_from = models.BigIntegerField(default=0)  # every number below it is used
    used_minor = models.BigIntegerField(default=0)
    gifted_minor = models.BigIntegerField(default=0)  # net gifts to the fund, overhead included
    overhead_minor = models.BigIntegerField(default=0)  # of those, what went to overhead
    gifts_count = models.BigIntegerField(default=0)
    gone_minor = models.BigIntegerField(default=0)  # of the used: left without buying anything
    closed_by = WalledKey("Entry", null=True, db_index=False)  # nothing moves after it

    class Meta:
        """One line per fund and currency, inside its own block."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "fund", "currency"], name="one_line_per_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(head__gte=0, head__lte=BLOCK_MINOR), name="head_in_block"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    free_from__gte=0,
                    free_from__lte=models.F("head"),
                    used_minor__gte=models.F("free_from"),
                    used_minor__lte=models.F("head"),
                    overhead_minor__gte=0,
                    gifted_minor__gte=models.F("overhead_minor"),
                    gifts_count__gte=0,
                ),
                name="standing_is_possible",
            ),
            models.CheckConstraint(
                condition=models.Q(gone_minor__gte=0, gone_minor__lte=models.F("used_minor")),
                name="gone_is_used",
            ),
        ]


class Entry(Walled):
    """One posting of the journal. `memo` is for machines: never a name, never a donor's word."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The order of posting. Taken after the lines are locked: within a line it never goes back.
    turn = models.BigIntegerField(
        db_default=Func(Value("ledger_turn"), function="nextval"), editable=False
    )
    kind = models.CharField(max_length=20)
    line = WalledKey(Line, db_index=False)  # of the fund that the caller named
    source_id = models.UUIDField()  # what the entry is about: a gift, a purchase, a transfer
    overhead_bps = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=200)  # the caller's: the same key posts once
    inputs_hash = models.BinaryField(max_length=32)
    value_date = models.DateField()
    posted_at = models.DateTimeField(default=now)
    memo = models.CharField(max_length=200, default="")
    # Reasons, approvals as ids, rates; what else the rule needs to be told again. No names.
    details = models.JSONField(default=dict)

    class Meta:
        """A key posts once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_entry_per_key"),
            models.CheckConstraint(
                condition=models.Q(kind__in=ENTRY_KINDS), name="entry_known_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "source_id", "turn"], name="entry_by_source"),
            # The log publishes gifts by their numbers, all other entries by their turn.
            models.Index(
                fields=["organisation", "turn"],
                condition=~models.Q(kind__in=GIFT_KINDS),
                name="entry_by_turn",
            ),
        ]


class Leg(Walled):
    """One side of an entry; a debit is positive. Legs of a fund name its line."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = WalledKey(Entry, db_index=False)
    account = models.CharField(max_length=100)
    line = WalledKey(Line, null=True, db_index=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    what = models.CharField(max_length=20, default="")  # on a line: which rule chose its numbers
    place = models.IntegerField(default=0)  # the order within the entry

    class Meta:
        """A leg moves something, and only a fund's account has a line."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="leg_not_zero"),
            models.CheckConstraint(
                condition=models.Q(account__startswith="fund:", line__isnull=False)
                | (~models.Q(account__startswith="fund:") & models.Q(line__isnull=True)),
                name="leg_line_of_fund",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "entry"], name="leg_by_entry")]


class Mint(Walled):
    """The numbers `lo` to `hi` - 1 came into being, for one source. They form a chain from 0."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = WalledKey(Line, db_index=False)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    # Points at the end of the one before; null only for the first.
    prev_hi = models.GeneratedField(
        expression=NullIf("lo", Value(0)), output_field=models.BigIntegerField(), db_persist=True
    )
    source_kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    entry = WalledKey(Entry, db_index=False)

    class Meta:
        """No number twice."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "line", "lo"], name="mint_one_lo"),
            models.UniqueConstraint(fields=["organisation", "line", "hi"], name="mint_one_hi"),
            models.CheckConstraint(
                condition=models.Q(lo__gte=0, hi__gt=models.F("lo")), name="mint_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(source_kind__in=MINT_KINDS), name="mint_known_source"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "source_id"], name="mint_by_source"),
            models.Index(fields=["organisation", "entry"], name="mint_by_entry"),
        ]


class Use(Walled):
    """Cents left a line for a reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    entry = WalledKey(Entry, db_index=False)
    amount_minor = models.BigIntegerField()

    class Meta:
        """Something was used."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="use_not_empty"),
            models.CheckConstraint(condition=models.Q(kind__in=USE_KINDS), name="use_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "source_id"], name="use_by_source"),
            models.Index(fields=["organisation", "entry"], name="use_by_entry"),
        ]


class UseRange(Walled):
    """The numbers `lo` to `hi` - 1 were used. Live ones never overlap, on any line.

    `base` is the line's (a foreign key says so): base + number is unique in the installation. A
    range ends whole; what stays used of it is a new range of the same use, by the ending entry.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    use = WalledKey(Use, db_index=False)
    line = WalledKey(Line, db_index=False)
    base = models.BigIntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    live = models.BooleanField(default=True)
    entry = WalledKey(Entry, db_index=False)  # wrote this range
    ended_by = WalledKey(Entry, null=True, db_index=False)  # freed these numbers

    class Meta:
        """Inside the block, never empty; found by its start."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lo__gte=0, hi__gt=models.F("lo"), hi__lte=BLOCK_MINOR),
                name="use_range_in_block",
            ),
            models.CheckConstraint(
                condition=models.Q(live=True, ended_by__isnull=True)
                | models.Q(live=False, ended_by__isnull=False),
                name="ended_by_an_entry",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "line", "lo"],
                condition=models.Q(live=True),
                name="live_use_by_lo",
            ),
            models.Index(fields=["organisation", "use"], name="use_range_by_use"),
            models.Index(fields=["organisation", "entry"], name="use_range_by_entry"),
            models.Index(
                fields=["organisation", "ended_by"],
                condition=models.Q(live=False),
                name="use_range_by_end",
            ),
        ]


class Lineage(Walled):
    """Cents of one line went into others, in order: where their owners' share is now.

    Of `from_total` cents that became `to_total`, these begin after `before`: the number x goes to
    `to_lo` - floor(before * to_total / from_total) + floor((before + x - `from_lo`) * to_total /
    from_total). A transfer keeps the length; a conversion may map a cent to nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = WalledKey(Entry, db_index=False)
    kind = models.CharField(max_length=20)
    from_line = WalledKey(Line, db_index=False)
    from_lo = models.BigIntegerField()
    from_hi = models.BigIntegerField()
    to_line = WalledKey(Line, db_index=False)
    to_lo = models.BigIntegerField()
    to_hi = models.BigIntegerField()
    before = models.BigIntegerField(default=0)
    from_total = models.BigIntegerField()
    to_total = models.BigIntegerField()

    class Meta:
        """Found from both ends."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=STANDING_IN + FLOWING), name="lineage_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    from_lo__gte=0,
                    from_hi__gt=models.F("from_lo"),
                    to_lo__gte=0,
                    to_hi__gte=models.F("to_lo"),
                    before__gte=0,
                    from_total__gt=0,
                    to_total__gt=0,
                ),
                name="lineage_is_a_map",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "from_line", "from_lo"], name="lineage_onward"),
            models.Index(
                fields=["organisation", "to_line", "to_lo"],
                condition=models.Q(kind__in=STANDING_IN),
                name="lineage_standing_in",
            ),
            models.Index(
                fields=["organisation", "to_line", "to_lo"],
                condition=models.Q(kind__in=FLOWING, to_hi__gt=models.F("to_lo")),
                name="lineage_back",
            ),
            models.Index(fields=["organisation", "entry"], name="lineage_by_entry"),
        ]


class BatchGift(Walled):
    """One gift of a burst: what the entry's legs only hold in sum. In order of `place`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = WalledKey(Entry, db_index=False)
    place = models.IntegerField()
    key = models.CharField(max_length=200)
    inputs_hash = models.BinaryField(max_length=32)
    gift_id = models.UUIDField()
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()

    class Meta:
        """A key posts once; places do not repeat."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_batch_gift_per_key"),
            models.UniqueConstraint(
                fields=["organisation", "entry", "place"], name="one_batch_gift_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    gross_minor__gt=0, fee_minor__gte=0, fee_minor__lt=models.F("gross_minor")
                ),
                name="batch_gift_has_cents",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "gift_id"], name="batch_gift_by_gift")
        ]
