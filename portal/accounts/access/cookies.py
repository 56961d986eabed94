"""The three cookies of getting in: the session, the ticket of a code on its way, the mark of a known device."""

from litestar.connection import Request
from litestar.response import Response

from portal.accounts import rules
from portal.accounts.access import limits
from portal.accounts.access.values import Browser, Entered
from portal.accounts.guards import SESSION_COOKIE
from portal.accounts.tables import CodePurpose
from portal.web import clients, cookies

_DEVICE = "device"
_HERE = "/account"
_TICKET_SECONDS = 3600
_DEVICE_SECONDS = 400 * 86_400


def browser_of(request: Request) -> Browser:
    """The browser behind a request."""
    return Browser(
        user_agent=clients.user_agent(request),
        network=clients.network(request),
        device=cookies.read(request, _DEVICE, path=_HERE),
    )


def session_of(request: Request) -> str:
    return cookies.read(request, SESSION_COOKIE)


def let_in(answer: Response, entered: Entered) -> Response:
    """Hand the new session to the browser, and remember the browser as one of the owner's."""
    cookies.give(answer, SESSION_COOKIE, entered.secret, seconds=int(rules.SESSION_LIFE.total_seconds()))
    return know_device(answer, entered.email)


def know_device(answer: Response, email: str) -> Response:
    cookies.give(answer, _DEVICE, limits.device_cookie(email), path=_HERE, seconds=_DEVICE_SECONDS)
    return answer


def let_out(answer: Response) -> Response:
    """Take the session's cookie away."""
    cookies.take_away(answer, SESSION_COOKIE)
    return answer


def forget_device(answer: Response) -> Response:
    cookies.take_away(answer, _DEVICE, path=_HERE)
    return answer


def ticket_of(request: Request, purpose: CodePurpose) -> str:
    return cookies.read(request, _ticket(purpose), path=_HERE)


def give_ticket(answer: Response, purpose: CodePurpose, secret: str) -> Response:
    cookies.give(answer, _ticket(purpose), secret, path=_HERE, seconds=_TICKET_SECONDS)
    return answer


def drop_ticket(answer: Response, purpose: CodePurpose) -> Response:
    cookies.take_away(answer, _ticket(purpose), path=_HERE)
    return answer


def _ticket(purpose: CodePurpose) -> str:
    return f"ticket_{purpose.value}"
