"""What can go wrong in the room."""

from obolo.kit.errors import OboloError


class NoRail(OboloError):
    """This organisation has no way to take payments yet."""


class AmountOutOfRange(OboloError):
    """This amount cannot be collected by a link."""

    fault = "theirs"
