"""What can go wrong between the bank and us."""

from obolo.kit.errors import OboloError


class NotOurAccount(OboloError):
    """This statement is about an account that is not among yours."""

    fault = "theirs"


class NoSuchLine(OboloError):
    """There is no such line of a statement."""

    fault = "theirs"


class AlreadyDecided(OboloError):
    """Somebody has decided about this line already; undo that first."""

    fault = "theirs"


class NotAGift(OboloError):
    """This line cannot become a gift."""

    fault = "theirs"


class NothingToUndo(OboloError):
    """Nothing was decided about this line, or it was undone already."""

    fault = "theirs"


class NoReason(OboloError):
    """Say why, in a few words."""

    fault = "theirs"


class NoAccount(OboloError):
    """This organisation has no bank account here yet."""

    fault = "theirs"
