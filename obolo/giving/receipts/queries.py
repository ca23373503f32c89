"""Questions about receipts."""

from collections.abc import Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from obolo.giving.models import Gift, Receipt
from obolo.giving.receipts.models import Issuer, ReceiptName, ReceiptVoid
from obolo.giving.receipts.printed import Body, Printed, from_json, method_kind, spoken
from obolo.kit.text import shown
from obolo.ledger import queries as ledger
from obolo.organisations import queries as organisations
from obolo.organisations.models import Organisation


def issuer() -> Issuer | None:
    """How receipts name the organisation from now on."""
    return Issuer.objects.order_by("-at", "-id").first()


def issuers(limit: int = 20) -> list[Issuer]:
    """How it was named before, the newest first."""
    return list(Issuer.objects.order_by("-at", "-id")[:limit])


def owner_id(gift: Gift) -> UUID:
    """Whose gift it is: who gave it, or who it was found to be of."""
    return ledger.owner_of(gift.id) or gift.person_id


def body(organisation: Organisation | None = None) -> Body:
    """The same for printing; without data of its own the organisation's plain name."""
    known = issuer()
    plain_name = known.name if known else ""
    name = plain_name or (organisation or organisations.current()).name
    if known is None:
        return Body(name=name)
    return Body(
        name=name,
        address=known.address,
        tax_code=known.tax_code,
        body_type=known.body_type,
        runts_section=known.runts_section,
        contact=known.contact,
        signed_by=known.signed_by,
    )


def receipt_name(person_id: UUID) -> ReceiptName | None:
    """The name a person wants on receipts."""
    return ReceiptName.objects.filter(person_id=person_id).order_by("-at", "-id").first()


def receipt_names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The same for many, by person; those who wished nothing are left out. One query."""
    rows = ReceiptName.objects.filter(person_id__in=list(person_ids)).order_by("at", "id")
    return {row.person_id: row.name for row in rows}


def newest_of(gift_id: UUID) -> Receipt | None:
    """The last receipt of a gift, living or void."""
    chain = Receipt.objects.filter(gift_id=gift_id, replaced_by=None)
    return chain.select_related("replaces").first()


def living_of(gift_id: UUID) -> Receipt | None:
    """The one receipt of a gift that holds; None when it is void."""
    return Receipt.objects.filter(gift_id=gift_id, replaced_by=None, voids=None).first()


def get(receipt_id: UUID) -> Receipt | None:
    """One receipt with its gift, its void and its neighbours in the chain."""
    return _whole().filter(id=receipt_id).first()


def chain_of(gift_id: UUID) -> list[Receipt]:
    """All receipts of a gift, the oldest first."""
    return list(_whole().filter(gift_id=gift_id).order_by("issued_at", "id"))


def search(
    *,
    words: str = "",
    year: int | None = None,
    state: str = "",
    offset: int = 0,
    limit: int = 100,
) -> QuerySet[Receipt]:
    """Receipts by number (`12`, `2026/12`) or name, of one year, `living` or `void`; newest first.

    One that was replaced is void, too.
    """
    found = _whole().order_by("-year", "-number")
    if year is not None:
        found = found.filter(year=year)
    if state in ("living", "void"):
        ended = Exists(ReceiptVoid.objects.filter(receipt=OuterRef("pk")))
        found = found.filter(ended if state == "void" else ~ended)
    if said := shown(words, 100).strip():
        found = found.filter(_meaning(said))
    return found[offset : offset + limit]


def years() -> list[int]:
    """The years that have receipts, the newest first."""
    return list(Receipt.objects.order_by("-year").values_list("year", flat=True).distinct())


def printed_of(receipt: Receipt) -> Printed:
    """What a receipt says. One issued before this was kept is read from its gift."""
    if receipt.printed:
        return from_json(receipt.printed)
    gift, organisation = receipt.gift, organisations.current()
    language = spoken(gift.payment.language, organisation.language)
    return Printed(
        language=language,
        body=body(),
        donor_name=gift.person.name,
        donor_tax_code="",
        gift_minor=gift.gross_minor,
        amount_minor=gift.gross_minor,
        currency=gift.currency,
        method=method_kind(gift.method),
        paid_on=gift.paid_at.astimezone(ZoneInfo(organisation.time_zone)).date(),
        cause=gift.cause.name(language),
    )


def void_of(receipt: Receipt) -> ReceiptVoid | None:
    """Who voided it, when and why; None while it holds."""
    return next(iter(receipt.voids.all()), None)


def successor_of(receipt: Receipt) -> Receipt | None:
    """The receipt that replaced it."""
    return next(iter(receipt.replaced_by.all()), None)


def _whole() -> QuerySet[Receipt]:
    near = Receipt.objects.select_related(
        "gift__person", "gift__payment", "gift__cause", "replaces"
    )
    return near.prefetch_related("voids", "replaced_by")


def _meaning(words: str) -> Q:
    left, slash, right = words.partition("/")
    if slash and left.isdecimal() and right.isdecimal():
        return Q(year=_whole_number(left), number=_whole_number(right))
    by_name = Q(printed__donor_name__icontains=words) | Q(gift__person__name__icontains=words)
    by_code = Q(printed__donor_tax_code__iexact=words)
    return by_name | by_code | (Q(number=_whole_number(words)) if words.isdecimal() else Q())


def _whole_number(digits: str) -> int:
    return min(int(digits[:12]), 2**31 - 1)  # what the columns hold: no receipt has more
