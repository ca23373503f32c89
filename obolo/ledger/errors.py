"""What can go wrong in the room."""

from obolo.kit.errors import OboloError


class NoSuchFund(OboloError):
    """This organisation has no such fund."""


class NotPostable(OboloError):
    """This cannot be posted."""


class KeyReused(OboloError):
    """This key already posted something else."""


class LineFull(OboloError):
    """This line has no numbers left."""


class NotEnoughCents(OboloError):
    """The fund does not hold that much."""

    fault = "theirs"

    def __init__(self, missing_minor: int) -> None:
        """Keep how many minor units of the line's currency are missing."""
        self.missing_minor = missing_minor
        super().__init__(f"{missing_minor} minor units are missing.")


class FundClosed(OboloError):
    """This fund is closed and nothing moves on it any more: name one that is open."""

    fault = "theirs"


class NoSuchGift(OboloError):
    """The ledger knows no such gift."""


class NoSuchPurchase(OboloError):
    """The ledger knows no such purchase."""


class TooMuch(OboloError):
    """More than there is left to give back."""

    fault = "theirs"


class NotApproved(OboloError):
    """A move between funds needs its legal basis and two different persons who approve it."""

    fault = "theirs"


class Overtaken(OboloError):
    """The money was moved at the same moment."""

    retryable = True
    fault = "nobody"
