"""Stripe's request parameters: forms with brackets, read and checked as the real service does.

Owns which parameters exist and which values they take (API version 2026-10-28.endive).
Never: state. Unknown parameters are refused, as are those that were removed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

METADATA_MAX = 50
METADATA_KEY_MAX, METADATA_VALUE_MAX = 40, 500
REFERENCE_MAX = 200
AMOUNT_MIN, AMOUNT_MAX = 50, 99_999_999  # half a euro
LIFE_MIN_SECONDS, LIFE_MAX_SECONDS = 30 * 60, 24 * 3600
_PART = re.compile(r"\[([^\[\]]*)\]")
_WEB = re.compile(r"https?://[^\s]{1,5000}")
_SESSION = (
    "mode submit_type line_items client_reference_id metadata payment_intent_data success_url "
    "cancel_url locale adaptive_pricing expires_at expand ui_mode customer_email customer_creation "
    "custom_text custom_fields allowed_payment_method_types excluded_payment_method_types "
    "payment_method_options consent_collection billing_address_collection currency"
)
SESSION = frozenset(_SESSION.split())
_LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl "
    "pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
LOCALES = frozenset(_LOCALES.split())


class StripeError(Exception):
    """An error in Stripe's envelope."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **more: str
    ) -> None:
        """`more` may hold `code` and `param`."""
        super().__init__(message)
        self.status = status
        self.envelope = {"error": {"type": kind, "message": message, **more}}


def read(body: str) -> dict[str, Any]:
    """A bracketed form as nested objects and lists: `a[b][0][c]=1`."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True, max_num_fields=2000):
        head, parts = name.partition("[")[0], _PART.findall(name)
        _put(found, [head, *parts], value)
    return {key: _as_list(value) for key, value in found.items()}


def session(asked: Mapping[str, Any], now: int) -> dict[str, Any]:
    """What a new session needs, checked. Raises StripeError with Stripe's codes."""
    _known(asked, SESSION)
    if asked.get("mode") != "payment":
        raise StripeError("Only mode=payment is played here.", param="mode")
    if asked.get("submit_type", "auto") not in ("auto", "pay", "book", "donate"):
        raise StripeError("Invalid submit_type.", param="submit_type")
    if asked.get("locale", "auto") not in LOCALES:
        raise StripeError(f"Invalid locale: {asked['locale']}.", param="locale")
    for name in ("success_url", "cancel_url"):
        if name in asked and not _WEB.fullmatch(str(asked[name])):
            raise StripeError("Not a valid URL", code="url_invalid", param=name)
    if "success_url" not in asked:
        raise _missing("success_url")
    if len(asked.get("client_reference_id", "")) > REFERENCE_MAX:
        raise StripeError("Too long.", param="client_reference_id")
    amount, currency, name = _line_item(asked)
    intent = asked.get("payment_intent_data", {})
    return {
        "amount_total": amount,
        "currency": currency,
        "description": name,
        "metadata": metadata(asked.get("metadata", {})),
        "intent_metadata": metadata(intent.get("metadata", {})),
        "keeps": _keeps(asked, intent),
        "expires_at": _expiry(asked.get("expires_at"), now),
    }


def _keeps(asked: Mapping[str, Any], intent: Mapping[str, Any]) -> bool:
    """Is the method to be kept for payments while the donor is away? It then needs a customer."""
    usage = intent.get("setup_future_usage")
    if usage not in (None, "off_session", "on_session"):
        raise StripeError("Invalid setup_future_usage.", param="payment_intent_data")
    return usage == "off_session" and asked.get("customer_creation") == "always"


def metadata(asked: Any, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """Metadata merged over what was there; an empty value takes a key off. Raises StripeError."""
    merged = dict(before or {})
    if not isinstance(asked, Mapping):
        raise StripeError("Invalid object", param="metadata")
    for key, value in asked.items():
        if len(key) > METADATA_KEY_MAX or len(str(value)) > METADATA_VALUE_MAX:
            raise StripeError(f"Metadata {key[:40]} is too long.", param=f"metadata[{key[:40]}]")
        merged[key] = str(value)
        if value == "":
            merged.pop(key)
    if len(merged) > METADATA_MAX:
        raise StripeError("Too many keys in metadata.", param="metadata")
    return merged


def whole(text: Any, param: str) -> int:
    """A whole number as forms carry it. Raises StripeError."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,12}", text):
        raise StripeError(f"Invalid integer: {text}", code="parameter_invalid_integer", param=param)
    return int(text)


def known(asked: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse parameters Stripe does not know here. Raises StripeError."""
    _known(asked, frozenset(names) | {"expand"})


def _known(asked: Mapping[str, Any], names: frozenset[str]) -> None:
    for name in asked:
        if name == "payment_method_types":
            raise StripeError(
                "`payment_method_types` is no longer supported; use dynamic payment methods.",
                code="payment_method_types_no_longer_supported",
                param=name,
            )
        if name not in names:
            text = f"Received unknown parameter: {name}"
            raise StripeError(text, code="parameter_unknown", param=name)


def _line_item(asked: Mapping[str, Any]) -> tuple[int, str, str]:
    items = asked.get("line_items")
    if not isinstance(items, list) or not items:
        raise _missing("line_items")
    total, currency, name = 0, "", ""
    for place, item in enumerate(items):
        price = item.get("price_data") or {}
        param = f"line_items[{place}][price_data]"
        unit = whole(price.get("unit_amount"), f"{param}[unit_amount]")
        total += unit * whole(item.get("quantity"), f"line_items[{place}][quantity]")
        currency = str(price.get("currency", ""))
        if not re.fullmatch(r"[a-zA-Z]{3}", currency):
            raise StripeError("Invalid currency.", param=f"{param}[currency]")
        name = str((price.get("product_data") or {}).get("name", ""))
        if not name:
            raise _missing(f"{param}[product_data][name]")
    if total < AMOUNT_MIN:
        text = f"The total must be at least {AMOUNT_MIN} in the smallest unit."
        raise StripeError(text, code="amount_too_small", param="line_items")
    if total > AMOUNT_MAX:
        raise StripeError("The total is too large.", code="amount_too_large", param="line_items")
    return total, currency.lower(), name


def _expiry(asked: Any, now: int) -> int:
    if asked is None:
        return now + LIFE_MAX_SECONDS
    until = whole(asked, "expires_at")
    # A minute of grace: the caller's clock is not ours.
    if not now + LIFE_MIN_SECONDS - 60 <= until <= now + LIFE_MAX_SECONDS + 60:
        text = "The `expires_at` timestamp must be 30 minutes to 24 hours from creation."
        raise StripeError(text, param="expires_at")
    return until


def _missing(param: str) -> StripeError:
    text = f"Missing required param: {param}."
    return StripeError(text, code="parameter_missing", param=param)


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        step = into.setdefault(name, {})
        if not isinstance(step, dict):
            raise StripeError(f"Invalid object: {name}")
        into = step
    last = path[-1]
    into[str(len(into)) if last == "" else last] = value


def _as_list(value: Any) -> Any:
    """Objects whose keys count from 0 are lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _as_list(part) for key, part in value.items()}
    is_list = inner and list(inner) == [str(n) for n in range(len(inner))]
    return list(inner.values()) if is_list else inner
