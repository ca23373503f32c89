"""Rows of the public log: what was logged, how far, and what opens it.

Leaves and checkpoints are written once. What may change: how far things got, and a salt, which may
only be erased. No row names a person; the path from a gift to its place is ours alone.
"""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class LogHead(Walled):
    """The growing edge of an organisation's log; its lock puts publishers in a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin = models.CharField(max_length=100)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)  # roots of the complete subtrees, 32 bytes each
    written_size = models.BigIntegerField(default=0)  # how far the files got

    class Meta:
        """One log per organisation."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation"], name="one_log"),
        ]


class LogLine(Walled):
    """How far a line of cents is in the log, and how many of those are used there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    head = models.BigIntegerField(default=0)
    used_minor = models.BigIntegerField(default=0)

    class Meta:
        """A line is told once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "line_id"], name="one_logged_line"),
        ]


class Leaf(Walled):
    """One entry of the log, byte for byte."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    index = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    body = models.BinaryField()
    entry_id = models.UUIDField(null=True)  # the posting it tells
    source_id = models.UUIDField(null=True)  # the purchase it tells of
    salt = models.BinaryField(null=True)  # of the description

    class Meta:
        """An index is one leaf."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "index"], name="one_leaf"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "entry_id"],
                condition=models.Q(entry_id__isnull=False),
                name="leaf_by_entry",
            ),
            models.Index(
                fields=["organisation", "source_id"],
                condition=models.Q(source_id__isnull=False),
                name="leaf_by_source",
            ),
        ]


class LogBatch(Walled):
    """The leaves of the sum tree inside a batch of gifts: 32 bytes of hash, 8 of amount each."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    leaf = WalledKey(Leaf, db_index=False)
    leaves = models.BinaryField()

    class Meta:
        """A leaf is one batch."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "leaf"], name="one_batch_per_leaf"),
        ]


class Share(Walled):
    """Where a stretch of a gift's cents stands inside a batch, and the salt that opens it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = WalledKey(LogBatch, db_index=False)
    mint_id = models.UUIDField()
    gift_id = models.UUIDField()
    position = models.PositiveIntegerField()
    salt = models.BinaryField(null=True)

    class Meta:
        """A stretch is logged once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "mint_id"], name="one_share"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "gift_id"], name="share_by_gift"),
        ]


class LoggedFile(Walled):
    """A file of evidence whose hash is in the log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    evidence_id = models.UUIDField()

    class Meta:
        """Told once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "evidence_id"], name="one_logged_file"),
        ]


class SignedCheckpoint(Walled):
    """A checkpoint as it was signed. One per size: two different ones would be a fork."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField(default=now)

    class Meta:
        """One per size."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "size"], name="one_checkpoint"),
        ]


class Witness(Walled):
    """Somebody whom we ask to vouch for our checkpoints."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url = models.URLField(max_length=300)
    key = models.CharField(max_length=300)
    seen_size = models.BigIntegerField(default=0)

    class Meta:
        """Asked once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_witness"),
        ]


class Cosignature(Walled):
    """The line with which a witness vouched for a checkpoint of ours."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    size = models.BigIntegerField()
    key = models.CharField(max_length=300)
    line = models.TextField()

    class Meta:
        """A witness vouches for a size once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "size", "key"], name="one_cosignature"),
        ]


class WatchedLog(Walled):
    """A log of others that we witness: the largest tree we have vouched for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin = models.CharField(max_length=200)
    key = models.CharField(max_length=300)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(null=True)
    note = models.TextField(default="")  # the last cosigned checkpoint

    class Meta:
        """Found by its origin."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "origin"], name="one_watched_log"),
        ]
