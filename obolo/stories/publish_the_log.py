"""What is due goes into the organisation's public log; then witnesses are asked to vouch for it.

The log is signed in one transaction and its files follow from the rows. A witness that is away is
asked again the next time: publishing never waits for one.
"""

from contextlib import closing
from uuid import UUID

from obolo.gateways.witness import HttpTransport
from obolo.trace import publishing, witnessing


def run(organisation_id: UUID) -> int:
    """Publish what is due and have it vouched for; how many entries were added."""
    added = publishing.publish(organisation_id)
    if witnessing.has_witnesses(organisation_id):
        with closing(HttpTransport()) as transport:
            witnessing.ask_all(organisation_id, transport)
    return added
