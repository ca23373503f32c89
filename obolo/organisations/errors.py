"""What can go wrong in the room."""

from obolo.kit.errors import OboloError


class NoSuchOrganisation(OboloError):
    """No organisation of this installation has that address."""

    fault = "theirs"


class SlugTaken(OboloError):
    """Another organisation already has this short name."""

    fault = "theirs"


class AccountIncomplete(OboloError):
    """This account with an outsider lacks what it needs."""

    fault = "theirs"


class NotAllowed(OboloError):
    """Your role does not include this."""

    fault = "theirs"
