"""What can be wrong with a piece of the log. The docstring is the message."""

from obolo.kit.errors import OboloError


class BadNote(OboloError):
    """This is no signed note that can be trusted."""

    fault = "theirs"


class BadProof(OboloError):
    """The proof does not hold."""

    fault = "theirs"


class NoSuchLeaf(OboloError):
    """The log has no such entry."""

    fault = "theirs"


class SumTooLarge(OboloError):
    """The amounts of a batch do not fit into 63 bits."""


class LeafTooLong(OboloError):
    """An entry of the log is at most 65,535 bytes long."""


class NoKey(OboloError):
    """This organisation has no such key yet: `obolo work` makes it within a minute."""
