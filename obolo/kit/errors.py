"""The root of the house's errors.

The docstring of an error is its message. Each says whether trying again can help and whose fault it
is, so that the caller needs no table.
"""

from typing import ClassVar, Literal

Fault = Literal["ours", "theirs", "nobody"]


class OboloError(Exception):
    """Something went wrong in Obolo."""

    retryable: ClassVar[bool] = False
    fault: ClassVar[Fault] = "ours"

    def __init__(self, detail: str = "") -> None:
        """Keep `detail`, which is added to the message of the class."""
        self.detail = detail
        message = (self.__class__.__doc__ or "").strip().split("\n")[0]
        super().__init__(f"{message} {detail}".strip())
