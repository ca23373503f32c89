"""Rows of the room: persons, addresses, consent."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey

NAME_CHARS = 100


class Person(Walled):
    """Somebody who wrote to us or gave. Being a donor is a role, not a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=NAME_CHARS, default="")
    language = models.CharField(max_length=8, default="")  # empty: not known yet
    created_at = models.DateTimeField(default=now)


class AddressKind(models.TextChoices):
    """How a person can be reached or recognised."""

    USER_ID = "wa_user_id", "WhatsApp business-scoped id"
    PARENT_ID = "wa_parent_id", "WhatsApp parent id"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"


class Address(Walled):
    """One address of a person, valid until it is closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person, related_name="addresses")
    kind = models.CharField(max_length=20, choices=AddressKind.choices)
    value = models.CharField(max_length=254)
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True)

    class Meta:
        """A living address belongs to one person."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value"],
                condition=models.Q(valid_to=None),
                name="one_person_per_address",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "person"], name="addresses_of")]


class Purpose(models.TextChoices):
    """Why a message goes out. See the gate."""

    SERVICE = "service", "Answers and receipts"
    REPORT = "report", "What became of one's own gift"
    APPEAL = "appeal", "Anything that asks or promotes"


class Consent(Walled):
    """A person's word on one purpose, at one moment. Never altered: the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    granted = models.BooleanField()
    channel = models.CharField(max_length=20, default="whatsapp")
    source = models.CharField(max_length=40)  # chat, whatsapp_preference, staff, …
    source_message_id = models.UUIDField(null=True)
    language = models.CharField(max_length=8, default="")
    at = models.DateTimeField(default=now)

    class Meta:
        """The newest word per person and purpose is asked for often."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "person", "purpose", "-at"], name="newest_word")
        ]
