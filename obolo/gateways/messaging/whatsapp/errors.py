"""What can go wrong between us and WhatsApp.

Owns: this package's exceptions; each says whether trying again can help. Never: a decision.
Sources: Cloud API error codes; the outcome of a send is refused, lost or never reached.
"""

from collections.abc import Sequence

from obolo.kit.errors import OboloError


class Unreadable(OboloError):
    """This body is not a WhatsApp notice."""

    fault = "theirs"

    def __init__(self, reason: str) -> None:
        """Keep `reason`, one plain sentence for the staff who look at the quarantine."""
        super().__init__(reason)
        self.reason = reason


class NotARequest(OboloError):
    """This is not a body the Cloud API knows."""

    fault = "theirs"

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep all `problems`, plain sentences naming the place in the body."""
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class NotSendable(OboloError):
    """WhatsApp would refuse this message."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep all `problems`, plain sentences."""
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class SendRefused(OboloError):
    """WhatsApp refused the request: surely nothing was sent."""

    fault = "theirs"

    def __init__(
        self,
        *,
        code: int | None,
        reaction: str,
        http_status: int,
        subcode: int | None = None,
        details: str = "",
        fbtrace_id: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        """Keep the envelope: `code` None when the answer had none; `reaction` from the table."""
        super().__init__(f"Code {code}, HTTP {http_status}: {details}")
        self.code, self.subcode, self.details = code, subcode, details
        self.reaction, self.http_status = reaction, http_status
        self.fbtrace_id, self.retry_after_seconds = fbtrace_id, retry_after_seconds

    @property
    def worth_retrying(self) -> bool:
        """Whether the same body may succeed later without anybody changing anything."""
        return self.reaction in {"retry_later", "slow_down"}


class AnswerLost(OboloError):
    """The request went out, no usable answer came back: it may or may not have been sent."""

    fault = "nobody"


class NotReached(OboloError):
    """WhatsApp could not be reached: surely nothing was sent."""

    retryable = True
    fault = "nobody"


class HostNotAllowed(OboloError):
    """This address is not one we give our token to."""

    fault = "theirs"


class MediaTooLarge(OboloError):
    """This file is larger than we take."""

    fault = "theirs"
