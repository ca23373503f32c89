"""The alarm of the constraints that must never fire, because lines are locked before they change.

Owns the count of firings: a sequence, since it survives the rollback of the posting that failed.
`audit` reports it until the owner of the database has looked and set it back.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, connection

# The uniques of a mint tell two writers of one head apart just as the exclusion does for uses.
WATCHED: Final = ("no_cent_twice", "mint_one_lo", "mint_one_hi", "mint_follows_another")
# How often one of them fired in this installation.
FIRED: Final = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ledger_backstop"
_log = logging.getLogger("obolo.ledger")


@contextmanager
def watched() -> Iterator[None]:
    """Count and log when one of the watched constraints refuses what happens inside."""
    try:
        yield
    except IntegrityError as refused:
        diagnosis = getattr(refused.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) in WATCHED:
            _log.exception("A backstop of the ledger fired: a line was changed without its lock")
            _count_one()
        raise


def _count_one() -> None:
    # The running transaction is lost; the count is kept on a connection of its own.
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("SELECT nextval('ledger_backstop')")
    finally:
        beside.close()
