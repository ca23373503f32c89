"""Under which terms the books are open: a licence, and the organisation's identifier in IATI.

Owns the list of licences (SPDX names) and both doors. Choosing is a row: who and when are kept.
Sources: spdx.org/licenses; IATI 2.03, reporting-org/@ref (no slash, &, | or ?).
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from obolo.kit.errors import OboloError
from obolo.organisations.models import User
from obolo.trace.open_models import OpenTerms

LICENCES: Final = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
DEFAULT: Final = "CC-BY-4.0"
# A registration agency of the IATI list (country and register), then the number in that register.
_IDENTIFIER: Final = re.compile(r"[A-Z]{2,3}-[A-Z0-9]{1,12}-[A-Za-z0-9._-]{1,60}", re.ASCII)


class NoSuchLicence(OboloError):
    """This licence is not one that can be chosen here."""

    fault = "theirs"


class NotAnIdentifier(OboloError):
    """An IATI identifier is a country, a register and a number, like IT-CF-01234567890."""

    fault = "theirs"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds now."""

    licence: str
    iati_identifier: str

    @property
    def licence_url(self) -> str:
        """Where the licence can be read."""
        return LICENCES[self.licence]


def terms() -> Terms:
    """The terms of the current organisation."""
    found = OpenTerms.objects.order_by("-chosen_at", "-id").first()
    return Terms(found.licence, found.iati_identifier) if found else Terms(DEFAULT, "")


def chosen(limit: int = 20) -> list[tuple[OpenTerms, str]]:
    """What was chosen until now, newest first, each with the name of the one who chose."""
    rows = list(OpenTerms.objects.order_by("-chosen_at", "-id")[:limit])
    names = dict(User.objects.filter(id__in=[r.chosen_by for r in rows]).values_list("id", "name"))
    return [(row, str(names.get(row.chosen_by, ""))) for row in rows]


def choose(*, licence: str, iati_identifier: str, by: UUID | None) -> Terms:
    """Publish under these terms from now on; repeating what holds writes nothing.

    Raises NoSuchLicence, NotAnIdentifier.
    """
    wanted = Terms(licence, iati_identifier.strip())
    if licence not in LICENCES:
        raise NoSuchLicence(licence)
    if wanted.iati_identifier and not _IDENTIFIER.fullmatch(wanted.iati_identifier):
        raise NotAnIdentifier(wanted.iati_identifier)
    if wanted != terms():
        OpenTerms.objects.create(
            licence=wanted.licence, iati_identifier=wanted.iati_identifier, chosen_by=by
        )
    return wanted
