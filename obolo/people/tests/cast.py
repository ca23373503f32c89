"""The named cast: Anna writes in Italian, Omar in Arabic, Emma in English."""

from obolo.people.actions import recognise
from obolo.people.models import AddressKind, Person

ANNA, OMAR, EMMA = "393331234567", "96170123456", "447700900123"
ANNA_ID, OMAR_ID = "IT.13491208655302741918", "LB.99887766554433221100"


def anna() -> Person:
    """Anna, known by phone and user id."""
    both = [(AddressKind.PHONE, ANNA), (AddressKind.USER_ID, ANNA_ID)]
    return recognise(addresses=both, name="Anna", language="it")


def omar() -> Person:
    """Omar, known by his user id only."""
    return recognise(addresses=[(AddressKind.USER_ID, OMAR_ID)], name="عمر", language="ar")


def emma() -> Person:
    """Emma, known by her phone only."""
    return recognise(addresses=[(AddressKind.PHONE, EMMA)], name="Emma", language="en")
