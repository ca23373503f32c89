"""Errors of the simulator. The docstring is the message; `status` is the HTTP answer."""

from typing import Any, ClassVar

from obolo.kit.errors import Fault, OboloError


class SimulatorRefused(OboloError):
    """The simulator never runs in production."""

    fault: ClassVar[Fault] = "theirs"


class Refused(OboloError):
    """A control call that cannot be carried out; `detail` is the whole sentence."""

    status = 400
    fault: ClassVar[Fault] = "theirs"

    def __init__(self, sentence: str) -> None:
        """Keep the sentence that the caller will read."""
        super().__init__(sentence)
        self.sentence = sentence


class Unknown(Refused):
    """The thing named in the path does not exist."""

    status = 404


class Conflict(Refused):
    """The thing exists and its state forbids this."""

    status = 409


class GraphError(OboloError):
    """The pretend Graph API says no, in the envelope of the real one (facts: WhatsApp 1.2)."""

    fault: ClassVar[Fault] = "theirs"

    def __init__(
        self, code: int, message: str, *, details: str = "", subcode: int = 0, status: int = 400
    ) -> None:
        """Keep the parts of the error envelope; `status` is the HTTP status."""
        super().__init__(message)
        self.code, self.message, self.details = code, message, details
        self.subcode, self.status = subcode, status

    def envelope(self, trace_id: str) -> dict[str, Any]:
        """The JSON body of the answer."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.message}",
            "type": "OAuthException",
            "code": self.code,
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": error | {"fbtrace_id": trace_id}}
