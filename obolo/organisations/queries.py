"""Questions about organisations, their staff, accounts and tokens."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings

from obolo.kit.ids import token_hash
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.models import ApiToken, Listing, Organisation, OutsideAccount, Role, User
from obolo.organisations.seal import unseal

# Who may do what. Reading the organisation's own pages is everybody's.
ABILITIES: dict[str, frozenset[str]] = {
    "answer": frozenset({Role.ADMIN, Role.OPERATOR, Role.FUNDRAISER}),
    "purchase": frozenset({Role.ADMIN, Role.PROJECT_OFFICER, Role.TREASURER}),
    "causes": frozenset({Role.ADMIN, Role.PROJECT_OFFICER, Role.FUNDRAISER}),
    "money": frozenset({Role.ADMIN, Role.TREASURER}),
    "limits": frozenset({Role.ADMIN}),
    "accounts": frozenset({Role.ADMIN}),
    "desk": frozenset({Role.ADMIN, Role.TREASURER, Role.FUNDRAISER}),
}


def may(role: str, ability: str) -> bool:
    """Does this role include the ability (`answer`, `purchase`, `causes`)?"""
    return role in ABILITIES[ability]


def id_by_slug(slug: str) -> UUID:
    """Which organisation a URL means; raises NoSuchOrganisation."""
    found = Listing.objects.filter(slug=slug).values_list("organisation_id", flat=True).first()
    if found is None:
        raise NoSuchOrganisation(slug)
    return found


def all_ids() -> list[UUID]:
    """Every organisation here, oldest first: for workers that visit them in turn."""
    return list(
        Listing.objects.order_by("organisation_id").values_list("organisation_id", flat=True)
    )


def current() -> Organisation:
    """The organisation of the running transaction."""
    return Organisation.objects.get()  # behind the wall there is one


def account(kind: str) -> OutsideAccount | None:
    """The current organisation's newest account of this kind."""
    return OutsideAccount.objects.filter(kind=kind).order_by("-created_at").first()


def preferred_account(kinds: Collection[str]) -> OutsideAccount | None:
    """Of the current organisation's accounts of these kinds the preferred, else the newest one."""
    found = list(OutsideAccount.objects.filter(kind__in=kinds).order_by("-created_at"))
    marked = (one for one in found if one.address.get("preferred") is True)
    return next(marked, found[0] if found else None)


def account_number(account_id: UUID) -> str | None:
    """The outside id (for WhatsApp: the phone number id) of an account."""
    return OutsideAccount.objects.filter(id=account_id).values_list("outside_id", flat=True).first()


def account_secrets(account: OutsideAccount) -> dict[str, Any]:
    """The opened secrets of an account; raises SealBroken."""
    return unseal(settings.SECRET_KEY, account.purpose(), bytes(account.sealed))


def staff_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these members of staff, also of those who have left."""
    return dict(User.objects.filter(id__in=list(ids)).values_list("id", "name"))


def token(secret: str) -> ApiToken | None:
    """A program's key within the current organisation; None when it opens nothing."""
    return ApiToken.objects.filter(token_hash=token_hash(secret), revoked_at=None).first()


def token_role(secret: str) -> str | None:
    """The role of that key."""
    found = token(secret)
    return found.role if found else None


def holder_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these members of staff and of these keys: who did it."""
    keys = ApiToken.objects.filter(id__in=list(ids)).values_list("id", "name")
    return dict(keys) | staff_names(ids)
