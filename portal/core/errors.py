"""What can go wrong in an act, in words a person can read. The web layer gives each its status."""

from collections.abc import Mapping


class DomainError(Exception):
    """An act was refused. `message` may be shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """There is no such thing, or it is not for this person to know of (404)."""


class Forbidden(DomainError):
    """This person may not do that (403)."""


class SignInNeeded(DomainError):
    """Nobody is signed in, and somebody has to be."""


class Moved(DomainError):
    """It is at another address by now; `address` is its path."""

    def __init__(self, address: str) -> None:
        super().__init__("This is at another address by now.")
        self.address = address


class Conflict(DomainError):
    """The state of things does not allow the act any more (409)."""


class RateLimited(DomainError):
    """Too many tries; `retry_after` is in seconds (429)."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Invalid(DomainError):
    """Input was refused; `fields` maps a field's name to what is wrong with it (422). `""` is the whole form."""

    def __init__(self, fields: Mapping[str, str], message: str = "Please check the marked fields.") -> None:
        super().__init__(message)
        self.fields = dict(fields)
