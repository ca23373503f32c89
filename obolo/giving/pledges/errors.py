"""What can go wrong with a pledge."""

from obolo.kit.errors import OboloError


class NoSuchPledge(OboloError):
    """There is no such pledge."""

    fault = "theirs"


class BadTerms(OboloError):
    """A pledge has an amount, a rhythm (monthly, quarterly, yearly) and a day from 1 to 31."""

    fault = "theirs"


class PledgeEnded(OboloError):
    """This pledge has ended. Begin a new one instead."""

    fault = "theirs"


class NothingToSkip(OboloError):
    """The next collection is already on its way and cannot be skipped."""

    fault = "theirs"


class NotUndoable(OboloError):
    """Only the newest change of a pledge can be undone, while nothing was collected since."""

    fault = "theirs"


class PledgeKeyReused(OboloError):
    """This key was used for another change of a pledge."""

    fault = "theirs"


class NoMandate(OboloError):
    """A direct debit needs a mandate that is in force."""

    fault = "theirs"


class NoSuchDebit(OboloError):
    """No debit of ours has this reference."""

    fault = "theirs"


class NotAReturnCode(OboloError):
    """The reason of a returned debit is a code of four characters, such as AM04."""

    fault = "theirs"


class CannotCollect(OboloError):
    """Nothing can be collected by direct debit yet."""

    fault = "theirs"
