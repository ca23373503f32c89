"""What the logs must not hold: the address of a donor's page is its only key."""

import logging
import re

_SECRET_PATH = re.compile(r"/(t|p)/([a-z0-9-]+)/[^/\s]+")


class Discretion(logging.Filter):
    """Takes the secret out of addresses in a record before anybody writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; every record passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET_PATH.sub(r"/\1/\2/…", one) if isinstance(one, str) else one
                for one in record.args
            )
        record.msg = _SECRET_PATH.sub(r"/\1/\2/…", str(record.msg))
        return True
