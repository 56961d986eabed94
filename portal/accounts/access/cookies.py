"""The three cookies of getting in: the session, the ticket of a code on its way, the mark of a known device."""

from litestar.connection import Request
from litestar.response import Response

from portal.accounts.access import limits
from portal.accounts.access.values import Browser, Entered
from portal.accounts.guards import SESSION_COOKIE
from portal.accounts.tables import CodePurpose
from portal.core.settings import current
from portal.web import clients

_DEVICE = "device"
_TICKET_SECONDS = 3600
# Longer than any session: when one ends is decided by the server, and each use makes it last longer.
_SESSION_SECONDS = _DEVICE_SECONDS = 400 * 86_400


def browser_of(request: Request) -> Browser:
    """The browser behind a request."""
    return Browser(
        user_agent=clients.user_agent(request),
        network=clients.network(request),
        device=request.cookies.get(_DEVICE, ""),
    )


def session_of(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")


def let_in(answer: Response, entered: Entered) -> Response:
    """Hand the new session to the browser, and remember the browser as one of the owner's."""
    _set(answer, SESSION_COOKIE, entered.secret, path="/", seconds=_SESSION_SECONDS)
    return know_device(answer, entered.email)


def know_device(answer: Response, email: str) -> Response:
    _set(answer, _DEVICE, limits.device_cookie(email), path="/account", seconds=_DEVICE_SECONDS)
    return answer


def let_out(answer: Response) -> Response:
    """Take the session's cookie away."""
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def forget_device(answer: Response) -> Response:
    answer.delete_cookie(_DEVICE, path="/account")
    return answer


def ticket_of(request: Request, purpose: CodePurpose) -> str:
    return request.cookies.get(_ticket(purpose), "")


def give_ticket(answer: Response, purpose: CodePurpose, secret: str) -> Response:
    _set(answer, _ticket(purpose), secret, path="/account", seconds=_TICKET_SECONDS)
    return answer


def drop_ticket(answer: Response, purpose: CodePurpose) -> Response:
    answer.delete_cookie(_ticket(purpose), path="/account")
    return answer


def _ticket(purpose: CodePurpose) -> str:
    return f"ticket_{purpose.value}"


def _set(answer: Response, name: str, value: str, *, path: str, seconds: int) -> None:
    answer.set_cookie(
        key=name, value=value, path=path, max_age=seconds, httponly=True, samesite="lax",
        secure=current().base_url.startswith("https://"),
    )  # fmt: skip
