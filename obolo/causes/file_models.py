"""Rows about files: what is kept of each, the sealed originals, and photos that were withdrawn."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class Consent(models.TextChoices):
    """May a photo be shown, as to the people in it? Whoever hands it in says so."""

    NOBODY = "nobody", "Nobody can be recognised"
    GIVEN = "given", "Those shown agreed"
    OPEN = "open", "Not asked yet"  # then nobody but staff sees it


class KeptFile(Walled):
    """A file handed in. Its bytes lie sealed (`Original`); a photo has a copy drawn anew."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_name = models.CharField(max_length=100)  # ours, made from the content's hash
    shown_name = models.CharField(max_length=200, default="")  # theirs, for staff only
    media_type = models.CharField(max_length=60)
    sha256 = models.BinaryField(max_length=32)  # of the bytes as they came
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    likeness = models.BigIntegerField(null=True)  # 64 bits that look-alikes share (`likeness`)
    consent = models.CharField(max_length=10, choices=Consent.choices, default=Consent.NOBODY)
    consent_by = models.CharField(max_length=200, default="")  # who agreed, for staff only
    consent_how = models.CharField(max_length=200, default="")  # on paper, spoken, …
    consent_on = models.DateField(null=True)
    shows_children = models.BooleanField(default=False)
    guardian_agreed = models.BooleanField(default=False)
    near_lat_tenths = models.SmallIntegerField(null=True)  # where the camera was, coarsened
    near_lon_tenths = models.SmallIntegerField(null=True)
    added_at = models.DateTimeField(default=now)
    added_by = models.UUIDField(null=True)
    hidden_at = models.DateTimeField(null=True)  # not agreed, withdrawn, or another version came

    class Meta:
        """No table of its own."""

        abstract = True

    @property
    def is_photo(self) -> bool:
        """Is there a copy drawn anew?"""
        return self.media_type == "image/jpeg"


class Original(Walled):
    """The bytes of a file as they came, sealed under a key of their own, found by their hash.

    Without its key the file says nothing: that is how an original is destroyed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.BinaryField(max_length=32)
    file_name = models.CharField(max_length=120)
    sealed_key = models.BinaryField(null=True)
    bytes_count = models.PositiveIntegerField()
    kept_at = models.DateTimeField(default=now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        """The same bytes are kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_original"),
            models.CheckConstraint(
                condition=models.Q(sealed_key=None) ^ models.Q(destroyed_at=None),
                name="original_has_key_or_end",
            ),
        ]


class OriginalOpened(Walled):
    """Somebody looked at a sealed original: who, when and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    original = WalledKey(Original, related_name="openings")
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=300)


class Withdrawal(Walled):
    """Those shown took their consent back: the photo is gone everywhere, the record stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=300)
    withdrawn_by = models.UUIDField()  # staff who noted it
    withdrawn_at = models.DateTimeField(default=now)

    class Meta:
        """Once for each photo."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_withdrawal"),
        ]
