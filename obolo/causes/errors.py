"""What can go wrong in the room."""

from obolo.kit.errors import OboloError


class NotAPicture(OboloError):
    """This photo cannot be read; send a JPEG, PNG or WebP picture."""

    fault = "theirs"


class NotAPaper(OboloError):
    """An invoice must be a PDF or a picture."""

    fault = "theirs"


class FileTooLarge(OboloError):
    """This file is larger than 15 MB."""

    fault = "theirs"


class BadPurchase(OboloError):
    """This purchase cannot be recorded."""

    fault = "theirs"


class CauseUnknown(OboloError):
    """There is no such cause."""

    fault = "theirs"


class PurchaseKeyReused(OboloError):
    """This key already stands for another purchase."""

    fault = "theirs"
