"""Rows of the room: organisations, staff, accounts with outsiders, API tokens."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled


class Listing(models.Model):
    """The doorbell board: which organisation a slug in a URL means. Read by everybody."""

    organisation_id = models.UUIDField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        """Plain table, on the wall's list of platform tables."""


class Organisation(models.Model):
    """A nonprofit. It sees its own row only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, default="it")
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=60, default="Europe/Rome")
    overhead_bps = models.PositiveIntegerField(default=0)  # share of the net gift, 1/100 of a %
    answer_hours = models.CharField(max_length=100, default="9-18")  # told when a person is asked
    created_at = models.DateTimeField(default=now)

    class Meta:
        """The share of overhead is a share."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(overhead_bps__lte=10_000), name="overhead_is_a_share"
            )
        ]


class Role(models.TextChoices):
    """What a member of staff may do."""

    ADMIN = "admin", "Administrator"
    FUNDRAISER = "fundraiser", "Fundraiser"
    OPERATOR = "operator", "Donor care"
    PROJECT_OFFICER = "project_officer", "Project officer"
    TREASURER = "treasurer", "Treasurer"
    READER = "reader", "Read only"


class StaffManager(BaseUserManager["User"]):
    """Finds staff by e-mail within the current organisation."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The member of staff with this e-mail; raises User.DoesNotExist."""
        return self.get(email__iexact=username)


class User(Walled, AbstractBaseUser):
    """A member of staff of one organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.READER)
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    objects: ClassVar[Any] = StaffManager()

    class Meta:
        """One account per address and organisation."""

        constraints: ClassVar = [
            models.UniqueConstraint("organisation", "email", name="one_user_per_email"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]


class OutsideAccount(Walled):
    """An account with an outsider: a WhatsApp number, a payment provider. Secrets are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)  # whatsapp, pay_simulator, stripe, satispay, bank
    hook_key = models.CharField(max_length=64)  # the last part of the URL it sends notices to
    outside_id = models.CharField(max_length=100)  # phone_number_id, merchant id
    address = models.JSONField(default=dict)  # what is no secret: base URL, waba_id, shown number
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        """An outside account belongs to the organisation once."""

        constraints: ClassVar = [
            models.UniqueConstraint("organisation", "kind", "outside_id", name="one_account"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "hook_key"], name="account_by_hook")]

    def purpose(self) -> str:
        """What the sealed value is bound to."""
        return f"outside_account:{self.organisation_id}:{self.id}"


class ApiToken(Walled):
    """A program's key to the API. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    token_hash = models.BinaryField(max_length=32)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.READER)
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Looked up by hash."""

        constraints: ClassVar = [
            models.UniqueConstraint("organisation", "token_hash", name="one_token_hash"),
        ]
