"""Rows that tell how a cause goes on: why money waits, what came of it, how it ended."""

from typing import Any, ClassVar

from django.db import models

from obolo.causes.file_models import KeptFile
from obolo.causes.models import Cause, Purchase, in_language
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class WaitingNote(Walled):
    """Why money of a cause is not spent yet. The newest counts; one without words ends it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = WalledKey(Cause, related_name="waiting_notes")
    texts: Any = models.JSONField(default=dict)  # {"it": …, "en": …, "ar": …}
    day = models.DateField()
    written_by = models.UUIDField()
    written_at = models.DateTimeField(default=now)

    class Meta:
        """Found by cause, newest first."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "cause", "-written_at"], name="notes_of")
        ]

    def text(self, language: str) -> str:
        """The words in that language, else in English, else in any."""
        return in_language(self.texts, language)


class Outcome(Walled):
    """What came of the money, in the words of somebody who answers for them.

    Nobody outside sees it before a person of the staff approved it by name; one that was taken
    back is not shown any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = WalledKey(Cause, related_name="outcomes")
    purchase = WalledKey(Purchase, related_name="outcomes", null=True)  # of this one, or of all
    texts: Any = models.JSONField()  # {"it": …, "en": …, "ar": …}
    day = models.DateField()  # when it was so
    key = models.CharField(max_length=200)
    written_by = models.UUIDField(null=True)  # null: a program
    written_at = models.DateTimeField(default=now)
    approved_by = models.UUIDField(null=True)
    approver_name = models.CharField(max_length=100, default="")
    approved_at = models.DateTimeField(null=True)
    taken_back_by = models.UUIDField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_why = models.CharField(max_length=300, default="")

    class Meta:
        """A key writes one; an approved one has its approver."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_outcome_per_key"),
            models.CheckConstraint(
                condition=models.Q(approved_at=None) | models.Q(approved_by__isnull=False),
                name="outcome_has_its_approver",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "cause"], name="outcomes_of")]

    def text(self, language: str) -> str:
        """The words in that language, else in English, else in any."""
        return in_language(self.texts, language)


class OutcomePhoto(KeptFile):
    """A photo of what came of it."""

    outcome = WalledKey(Outcome, related_name="photos")

    class Meta:
        """Listed by outcome."""

        indexes: ClassVar = [models.Index(fields=["organisation", "outcome"], name="photos_of")]

    @property
    def public(self) -> bool:
        """May everybody see it?"""
        told = self.outcome
        return not self.hidden_at and bool(told.approved_at) and not told.taken_back_at


class Ending(models.TextChoices):
    """How a cause ended."""

    FINISHED = "finished", "Finished"
    FAILED = "failed", "Failed"


class Closing(Walled):
    """A cause ended: how, when, by whom, and the sentence that everybody reads."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cause = WalledKey(Cause, related_name="closings")
    how = models.CharField(max_length=10, choices=Ending.choices)
    sentences: Any = models.JSONField()  # {"it": …, "en": …, "ar": …}
    closed_by = models.UUIDField()
    closed_at = models.DateTimeField(default=now)

    class Meta:
        """A cause ends once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "cause"], name="one_closing"),
        ]

    def sentence(self, language: str) -> str:
        """What everybody reads, in that language, else in English, else in any."""
        return in_language(self.sentences, language)
