"""What can go wrong in the room. Each sentence says what to do instead."""

from obolo.kit.errors import OboloError


class NoSuchGift(OboloError):
    """There is no such gift."""

    fault = "theirs"


class NoSuchRefund(OboloError):
    """There is no such refund."""

    fault = "theirs"


class NoSuchMove(OboloError):
    """There is no such move."""

    fault = "theirs"


class KeyReused(OboloError):
    """This key was used for something else: take a new one."""

    fault = "theirs"


class NotEnoughLeft(OboloError):
    """Less than that is left of this gift."""

    fault = "theirs"

    def __init__(self, left_minor: int) -> None:
        """Keep how many minor units of the gift's currency can still be given back."""
        self.left_minor = left_minor
        super().__init__(f"{left_minor} minor units are left: take that or less.")


class AllGivenBack(OboloError):
    """All of this gift has gone back already, or is on its way."""

    fault = "theirs"


class NoWayBack(OboloError):
    """This gift came by a way that cannot be refunded: pay it back by hand and note the day."""

    fault = "theirs"


class TooLate(OboloError):
    """This has been carried out already, or is on its way."""

    fault = "theirs"


class ReasonMissing(OboloError):
    """Say in a few words why: it is kept with the books."""

    fault = "theirs"


class BadCorrection(OboloError):
    """This cannot be corrected so."""

    fault = "theirs"


class SamePerson(OboloError):
    """Whoever asked cannot approve: another person of the team with this right must."""

    fault = "theirs"


class BadMove(OboloError):
    """Money cannot move so."""

    fault = "theirs"
