"""Rows of the desk: each gift handed over, written once."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey

NOTE_CHARS_MAX = 300


class Method(models.TextChoices):
    """What was handed over."""

    CASH = "cash", "Cash"
    CHEQUE = "cheque", "Cheque"


class DeskGift(Walled):
    """Somebody handed a gift over; a member of staff wrote it down. Never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=150)  # the form's own; the same form records once
    told = models.BinaryField()  # hash of what was filled in
    method = models.CharField(max_length=10, choices=Method.choices)
    received_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    person_id = models.UUIDField()
    payment = WalledKey("giving.Payment")
    gift_id = models.UUIDField()
    note = models.CharField(max_length=NOTE_CHARS_MAX, default="")
    by = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        """One form, one gift; cash of a person is added up over a week."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_desk_gift"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "person_id", "received_on"], name="desk_gifts_of_person"
            )
        ]
