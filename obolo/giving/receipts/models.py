"""Rows of receipts besides the receipt itself: who issues, to which name, what was voided."""

from typing import ClassVar

from django.db import models

from obolo.giving.models import Receipt
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person


class BodyType(models.TextChoices):
    """What kind of body issues receipts: it decides what the law says of a gift to it."""

    UNKNOWN = "", "Not said yet"
    ODV = "odv", "Voluntary organisation in the RUNTS"
    ETS = "ets", "Other non-commercial third-sector body in the RUNTS"
    OTHER = "other", "Not in the RUNTS"


class Issuer(Walled):
    """How the organisation is named on receipts, from one moment on. The newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, default="")
    address = models.CharField(max_length=300, default="")  # lines, as on an envelope
    tax_code = models.CharField(max_length=20, default="")
    body_type = models.CharField(max_length=10, choices=BodyType.choices, default="")
    runts_section = models.CharField(max_length=200, default="")  # section and number of entry
    contact = models.CharField(max_length=200, default="")  # e-mail, phone or site
    signed_by = models.CharField(max_length=100, default="")
    at = models.DateTimeField(default=now)
    by = models.UUIDField(null=True)

    class Meta:
        """The newest is asked for at each gift."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "-at", "-id"], name="newest_issuer")
        ]


class ReceiptName(Walled):
    """The name and tax code a person wants on receipts, from one moment on. The newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person)
    name = models.CharField(max_length=100)
    tax_code = models.CharField(max_length=16, default="")
    at = models.DateTimeField(default=now)
    by = models.UUIDField(null=True)

    class Meta:
        """The newest per person is asked for at each gift."""

        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "person", "-at", "-id"], name="newest_receipt_name"
            )
        ]


class ReceiptVoid(Walled):
    """The end of a receipt: who, when, why. Its number stays. Never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = WalledKey(Receipt, related_name="voids")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=now)
    by = models.UUIDField(null=True)  # staff; null: a program

    class Meta:
        """Once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "receipt"], name="one_void"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="void_has_a_reason"),
        ]
