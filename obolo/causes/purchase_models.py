"""Rows around a purchase: the second person's word, the limit, the place, what was corrected."""

from typing import ClassVar

from django.db import models

from obolo.causes.file_models import KeptFile
from obolo.causes.models import EvidenceKind, Purchase
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class SpendingLimit(Walled):
    """Above this a purchase needs a second person. The newest of a currency counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField(null=True)  # null: from now on none
    set_by = models.UUIDField()
    set_at = models.DateTimeField(default=now)

    class Meta:
        """Nothing or more; 0: every purchase needs a second person."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(limit_minor=None) | models.Q(limit_minor__gte=0),
                name="limit_is_an_amount",
            ),
        ]


class Verdict(models.TextChoices):
    """What the second person said."""

    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class Decision(Walled):
    """The second person's word on a purchase."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purchase = WalledKey(Purchase, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300, default="")
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField(default=now)

    class Meta:
        """Decided once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "purchase"], name="one_decision"),
        ]


class CorrectionKind(models.TextChoices):
    """What happened to a purchase afterwards."""

    RELEASED = "released", "It never happened"
    RETURNED = "returned", "The supplier paid back"


class Correction(Walled):
    """Money of a purchase came back to its fund; the purchase itself stays as it was recorded."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purchase = WalledKey(Purchase, related_name="corrections")
    kind = models.CharField(max_length=10, choices=CorrectionKind.choices)
    amount_minor = models.BigIntegerField()
    day = models.DateField()
    reason = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=now)

    class Meta:
        """A key corrects once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_correction_per_key"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="correction_is_positive"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "purchase"], name="corrections_of")
        ]


class PlaceSource(models.TextChoices):
    """Where a place is known from."""

    TYPED = "typed", "Typed"
    DEVICE = "device", "The device said it"
    PHOTO = "photo", "A photo said it"


class Place(Walled):
    """Where something was bought, to a tenth of a degree (some 11 km) and the name of a region.

    An exact place is never stored. The newest of a purchase counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purchase = WalledKey(Purchase, related_name="places")
    lat_tenths = models.SmallIntegerField(null=True)
    lon_tenths = models.SmallIntegerField(null=True)
    region = models.CharField(max_length=120, default="")
    source = models.CharField(max_length=10, choices=PlaceSource.choices)
    told_by = models.UUIDField(null=True)
    told_at = models.DateTimeField(default=now)

    class Meta:
        """Both or neither, and on this globe."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lat_tenths=None, lon_tenths=None)
                | models.Q(lat_tenths__range=(-900, 900), lon_tenths__range=(-1800, 1800)),
                name="place_is_on_the_globe",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "purchase"], name="places_of")]


class DraftFile(KeptFile):
    """A file that arrived before the form it belongs to; it waits for the form to be sent."""

    draft_key = models.CharField(max_length=200)  # the key under which the form will record
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)

    class Meta:
        """Found by draft."""

        indexes: ClassVar = [models.Index(fields=["organisation", "draft_key"], name="draft_files")]
