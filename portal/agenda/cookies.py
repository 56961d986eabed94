"""The cookie that names a browser’s agenda, and whose agenda a request is about."""

from datetime import datetime
from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.agenda.commands import keeping
from portal.agenda.commands.opening import Visitor
from portal.agenda.queries import agendas
from portal.agenda.values import Mine, Whole
from portal.core.tokens import signature, signature_matches
from portal.web import cookies

_COOKIE = "agenda"
_SECONDS = 365 * 86_400


def name_in(request: Request[Any, Any, Any]) -> str:
    """The agenda the browser names, if we named it to the browser; nothing for a forged one."""
    name, _, given = cookies.read(request, _COOKIE).partition(".")
    return name if name and name.isascii() and signature_matches("agenda", name, given) else ""


def give(answer: Response[Any], mine: Mine) -> None:
    """Have the browser keep the name of its agenda; an account’s needs none."""
    if mine.account is None:
        cookies.give(answer, _COOKIE, f"{mine.name}.{signature('agenda', mine.name)}", seconds=_SECONDS)


def visitor(request: Request[Any, Any, Any], actor: Actor | None) -> Visitor:
    """Whoever is signed in has one agenda, in every browser."""
    return Visitor(account=actor.account_id) if actor is not None else Visitor(name=name_in(request))


async def mine_of(request: Request[Any, Any, Any], actor: Actor | None) -> Mine | None:
    """The agenda a request is about; None before anything was saved."""
    if actor is not None:
        return await agendas.of_account(actor.account_id)
    name = name_in(request)
    return await agendas.of_browser(name) if name else None


async def whole_of(request: Request[Any, Any, Any], actor: Actor | None) -> Whole | None:
    """The same with its entries."""
    if actor is not None:
        return await agendas.whole(account=actor.account_id)
    name = name_in(request)
    return await agendas.whole(name=name) if name else None


async def arrive(request: Request[Any, Any, Any], answer: Response[Any], account_id: int, now: datetime) -> None:
    """Somebody signs in: what this browser saved is theirs from now on, and the browser keeps nothing of it, so that the
    next one who uses it finds nothing.
    """
    if name := name_in(request):
        await keeping.join(account_id=account_id, name=name, now=now)
    if cookies.read(request, _COOKIE):
        cookies.take_away(answer, _COOKIE)


async def catch_up(request: Request[Any, Any, Any], actor: Actor | None, now: datetime) -> bool:
    """What was still on its way when somebody signed in left a cookie behind: join that, too. True: take it away."""
    if actor is None or not (name := name_in(request)):
        return False
    await keeping.join(account_id=actor.account_id, name=name, now=now)
    return True


def leave(answer: Response[Any]) -> None:
    cookies.take_away(answer, _COOKIE)
