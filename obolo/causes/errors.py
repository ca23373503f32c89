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


class ConsentUnclear(OboloError):
    """It is not clear that those shown in the photo agreed."""

    fault = "theirs"


class PhotoWithdrawn(OboloError):
    """Those shown in this photo took their consent back: it cannot be used again."""

    fault = "theirs"


class NoSuchOriginal(OboloError):
    """There is no such original."""


class OriginalDestroyed(OboloError):
    """This original was destroyed; only its hash was kept."""

    fault = "theirs"


class ReasonMissing(OboloError):
    """Say why: the reason is kept."""

    fault = "theirs"


class AlreadyClosed(OboloError):
    """This cause has ended already, with other words."""

    fault = "theirs"


class TextMissing(OboloError):
    """Write the words in at least one language."""

    fault = "theirs"


class NoSuchOutcome(OboloError):
    """There is no such outcome."""

    fault = "theirs"


class OutcomeKeyReused(OboloError):
    """This key already stands for another outcome."""

    fault = "theirs"


class NotInTheList(OboloError):
    """This goal or group is not in the list."""

    fault = "theirs"


class BadRate(OboloError):
    """This rate of exchange cannot be used."""

    fault = "theirs"


class NoSuchPurchase(OboloError):
    """There is no such purchase."""

    fault = "theirs"


class OwnPurchase(OboloError):
    """Whoever recorded a purchase cannot also approve it: another person must."""

    fault = "theirs"


class NotWaiting(OboloError):
    """This purchase does not wait for anybody's word."""

    fault = "theirs"


class AlreadyDecided(OboloError):
    """Somebody else has decided on this purchase meanwhile."""

    fault = "theirs"


class NotBooked(OboloError):
    """This purchase is not booked, so there is nothing to correct."""

    fault = "theirs"


class NothingLeft(OboloError):
    """That is more than is left of this purchase."""

    fault = "theirs"


class CorrectionKeyReused(OboloError):
    """This key already stands for another correction."""

    fault = "theirs"


class BadPlace(OboloError):
    """This place lies nowhere on the globe."""

    fault = "theirs"


class TooManyFiles(OboloError):
    """That are too many files for one purchase."""

    fault = "theirs"
