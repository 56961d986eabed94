"""Refusals in Stripe's shape and, where they are known, in Stripe's words."""

from collections.abc import Sequence
from typing import Any

import msgspec

_DOCS = "https://stripe.com/docs/error-codes/"


class Fault(Exception):
    """An error answer. `kept`: the act had begun, so a repeat under the same key gets it again. `done`: what it
    did stays done, as a charge that was declined.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        kept: bool = False,
        done: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept or done
        self.done = done
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error |= {"code": code, "doc_url": _DOCS + code.replace("_", "-")}
        if param:
            self.error["param"] = param
        self.error |= more

    def body(self, request_id: str) -> bytes:
        log = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return msgspec.json.encode({"error": {**self.error, "request_log_url": log}})


def no_key() -> Fault:
    return Fault(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using "
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
        "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
        status=401,
    )


def wrong_key(key: str) -> Fault:
    shown = f"{key[:8]}{'*' * max(0, min(len(key), 40) - 12)}{key[-4:]}" if len(key) > 12 else "*" * len(key)
    return Fault(f"Invalid API Key provided: {shown}", status=401)


def no_address(method: str, path: str) -> Fault:
    return Fault(
        f"Unrecognized request URL ({method}: {path}). The local stand-in for Stripe speaks checkout sessions, "
        "payments, refunds, customers, subscriptions, invoices, the billing portal, events and webhook endpoints.",
        status=404,
    )


def missing_thing(kind: str, thing_id: str, param: str, *, status: int = 404) -> Fault:
    return Fault(f"No such {kind}: '{thing_id}'", status=status, code="resource_missing", param=param)


def unknown_parameters(names: Sequence[str]) -> Fault:
    word = "parameter" if len(names) == 1 else "parameters"
    return Fault(f"Received unknown {word}: {', '.join(names)}", code="parameter_unknown", param=names[0])


def missing_parameter(name: str) -> Fault:
    return Fault(f"Missing required param: {name}.", code="parameter_missing", param=name)


def empty_parameter(name: str) -> Fault:
    return Fault(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty "
        "value.",
        code="parameter_invalid_empty",
        param=name,
    )


def unspoken(name: str) -> Fault:
    """Stripe knows the parameter; saying nothing about it would be a lie."""
    return Fault(f"The local stand-in for Stripe does not speak {name}.", param=name)


def other_parameters(key: str) -> Fault:
    return Fault(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
        f"using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


def other_address(key: str, path: str) -> Fault:
    return Fault(
        f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
        f"('{path}'). Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


def key_in_use(key: str) -> Fault:
    return Fault(
        f"There is currently another in-progress request using this Idempotent Key ('{key}'). Please try again later.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )
