"""Verbs of the room: founding an organisation, inviting staff, keeping accounts and tokens."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from obolo.kit.clock import now
from obolo.kit.ids import new_id, new_token, token_hash
from obolo.organisations import accounts
from obolo.organisations.errors import SlugTaken
from obolo.organisations.models import ApiToken, Listing, Organisation, OutsideAccount, Role, User
from obolo.organisations.seal import seal
from obolo.organisations.wall import within


def found(*, slug: str, name: str, **details: Any) -> Organisation:
    """Create an organisation; raises SlugTaken. `details` are fields of Organisation."""
    organisation = Organisation(id=new_id(), slug=slug, name=name, **details)
    with transaction.atomic():
        try:
            with transaction.atomic():
                Listing.objects.create(organisation_id=organisation.id, slug=slug)
        except IntegrityError:
            raise SlugTaken(slug) from None
        with within(organisation.id):
            organisation.save(force_insert=True)
    return organisation


def add_staff(*, email: str, name: str, password: str, role: Role, language: str = "en") -> User:
    """Add a member of staff to the current organisation."""
    user: User = User.objects.create(
        email=email.strip().lower(),
        name=name,
        password=make_password(password),
        role=role,
        language=language,
    )
    return user


def set_password(*, user: User, password: str) -> None:
    """Give a member of staff another password."""
    User.objects.filter(id=user.id).update(password=make_password(password))


def keep_account(
    *,
    kind: str,
    hook_key: str,
    outside_id: str,
    address: dict[str, Any],
    secrets: dict[str, Any],
    organisation_id: UUID,
) -> OutsideAccount:
    """Add or replace the current organisation's account of this kind and outside id.

    Raises AccountIncomplete (see `accounts`).
    """
    accounts.check(kind, address, secrets)
    known = OutsideAccount.objects.filter(kind=kind, outside_id=outside_id).first()
    account = known or OutsideAccount(id=new_id(), kind=kind, outside_id=outside_id)
    account.organisation_id = organisation_id
    account.hook_key, account.address = hook_key, address
    account.sealed = seal(settings.SECRET_KEY, account.purpose(), secrets)
    account.save()
    return account


def issue_token(*, name: str, role: Role, slug: str) -> str:
    """Make a program's key; it is shown once and only its hash is stored."""
    secret = new_token()
    ApiToken.objects.create(name=name, role=role, token_hash=token_hash(secret))
    return f"{slug}.{secret}"


def revoke_token(*, token: ApiToken) -> None:
    """From now on the key opens nothing."""
    ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=now())
