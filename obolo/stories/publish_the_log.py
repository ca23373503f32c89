"""What is due goes into the organisation's public log; then witnesses are asked to vouch for it.

1. Entries of the ledger that nobody has published yet (`publishing.publish`).
2. When a bank's statement told a new closing balance: the cash proof of that day, in each currency.
3. Witnesses are asked. One that is away is asked again the next time: publishing waits for none.
The log is signed in one transaction and its files follow from the rows.
"""

from contextlib import closing
from itertools import groupby
from uuid import UUID

from obolo.gateways.witness import HttpTransport
from obolo.giving.bank.queries import closing_balances
from obolo.organisations.wall import within
from obolo.trace import publishing, witnessing
from obolo.trace.log.leaves import Balance


def run(organisation_id: UUID) -> int:
    """Publish what is due and have it vouched for; how many entries were added."""
    added = publishing.publish(organisation_id)
    added += prove_cash(organisation_id)
    if witnessing.has_witnesses(organisation_id):
        with closing(HttpTransport()) as transport:
            witnessing.ask_all(organisation_id, transport)
    return added


def prove_cash(organisation_id: UUID) -> int:
    """The cash proof of the newest day a bank told of, once; for how many currencies it was new.

    An account whose newest statement is older counts with the day it is from.
    """
    with within(organisation_id):
        told = sorted(closing_balances(), key=lambda one: (one.currency, one.account))
    proven = 0
    for currency, accounts in groupby(told, key=lambda one: one.currency):
        of = list(accounts)
        day = max(one.day for one in of)
        balances = [
            Balance(
                account=one.account,
                minor=one.minor,
                statement=bytes.fromhex(one.sha256),
                day=None if one.day == day else one.day,
            )
            for one in of
        ]
        proven += publishing.prove_cash(
            organisation_id, on=day, currency=currency, balances=balances
        )
    return proven
