"""What can go wrong in the room."""

from obolo.kit.errors import OboloError


class NoSuchConversation(OboloError):
    """There is no such conversation."""

    fault = "theirs"


class AlreadySaid(OboloError):
    """This key already stands for another message."""

    fault = "theirs"
