"""A well in Moroto, money for it, and the files staff hand in."""

import io
from datetime import date
from random import Random
from typing import Any
from uuid import uuid4

from PIL import Image

from obolo.causes import actions
from obolo.causes.actions import ConsentTold, NewEvidence
from obolo.causes.models import Cause, EvidenceKind, Purchase
from obolo.kit.money import Money
from obolo.ledger.actions import post_gift

WELL = {"it": "Il pozzo di Moroto", "en": "The well of Moroto", "ar": "بئر موروتو"}
SCHOOL = {"it": "La scuola di Tiro", "en": "The school of Tyre", "ar": "مدرسة صور"}
DAY = date(2025, 11, 20)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def well() -> Cause:
    """A cause kept in euro."""
    return actions.open_cause(slug="pozzo", names=WELL, currency="EUR", aliases=["pozzo", "well"])


def school() -> Cause:
    """Another one."""
    return actions.open_cause(slug="scuola", names=SCHOOL, currency="EUR", aliases=["scuola"])


def money_for(cause: Cause, minor: int) -> None:
    """Somebody gave so much, without fee and overhead."""
    post_gift(
        gift_id=uuid4(),
        fund_id=cause.fund_id,
        gross=eur(minor),
        fee=eur(0),
        overhead_bps=0,
        account="cash:simulator",
        key=f"gift:{uuid4()}",
        value_date=DAY,
    )


def buy(cause: Cause, minor: int = 300, **other: Any) -> Purchase:
    """Record a purchase."""
    told: dict[str, Any] = {
        "cause_id": cause.id,
        "amount": eur(minor),
        "description": "Tubi per il pozzo",
        "bought_on": DAY,
        "key": f"purchase:{uuid4()}",
    }
    return actions.record_purchase(**told | other)


def picture(kind: str = "JPEG", size: tuple[int, int] = (320, 200), **options: Any) -> bytes:
    """A small picture in any format."""
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **options)
    return file.getvalue()


def scene(seed: int = 1, kind: str = "JPEG", size: tuple[int, int] = (320, 200)) -> bytes:
    """A picture with features, another one for each seed."""
    small = Image.new("L", (9, 8))
    chance = Random(seed)
    small.putdata([chance.randrange(256) for _ in range(72)])
    file = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).convert("RGB").save(file, kind)
    return file.getvalue()


def photo(content: bytes = b"", name: str = "well.jpg", **consent: Any) -> NewEvidence:
    return NewEvidence(EvidenceKind.PHOTO, content or picture(), name, ConsentTold(**consent))


def invoice(content: bytes = b"%PDF-1.7 an invoice", name: str = "invoice.pdf") -> NewEvidence:
    return NewEvidence(EvidenceKind.INVOICE, content, name)
