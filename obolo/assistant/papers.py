"""Which paper somebody asks for: the receipt of a gift, or the statement of a year.

Pure. Owns the words that mean a whole year. Never: a year that was not said.
"""

import re
from typing import Final

from obolo.kit.text import fold

_YEARLY: Final = re.compile(
    r"riepilog|riassunt|attestazion|certificazion|annual|annuale|dell'? ?anno|tutte le (?:mie )?"
    r"(?:ricevute|donazioni|offerte)|tutti i miei doni|\b730\b|dichiarazione dei redditi|"
    r"statement|summary|yearly|whole year|tax return|all my (?:gifts|donations|receipts)|"
    r"كشف|سنوي|السنه|كل (?:تبرعات|الايصالات|ايصالات)|جميع (?:تبرعات|الايصالات)|الاقرار"
)


def asks_for_a_year(text: str) -> bool:
    """Do these words ask for everything of a year rather than for one receipt?"""
    return bool(_YEARLY.search(fold(text)))
