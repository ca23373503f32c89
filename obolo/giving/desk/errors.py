"""What can go wrong at a desk."""

from obolo.kit.errors import OboloError


class TooMuchCash(OboloError):
    """Cash of 5,000 euro or more may not change hands, in one go or in parts."""

    fault = "theirs"


class DraftReused(OboloError):
    """This form was recorded already, with other words."""

    fault = "theirs"


class BadDeskGift(OboloError):
    """This cannot be a gift at a desk."""

    fault = "theirs"
