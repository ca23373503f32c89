"""What can go wrong with receipts."""

from obolo.kit.errors import OboloError


class NoSuchReceipt(OboloError):
    """There is no such receipt."""

    fault = "theirs"


class AlreadyVoid(OboloError):
    """This receipt was voided before, for another reason."""

    fault = "theirs"


class ReasonMissing(OboloError):
    """A receipt is voided or replaced for a reason: write it in a few words."""

    fault = "theirs"


class NothingToReceipt(OboloError):
    """Nothing is left of this gift, or more is asked than was given: void its receipt instead."""

    fault = "theirs"


class ReissueKeyReused(OboloError):
    """The same key replaced a receipt with other particulars."""

    fault = "theirs"


class TaxCodeOdd(OboloError):
    """A tax code has 16 letters and digits, or 11 digits: check it once more."""

    fault = "theirs"
