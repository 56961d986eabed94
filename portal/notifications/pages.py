"""Where a reader stops mail and allows it again, reached by a signed address. Nothing happens by GET."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.notifications import links, queries, rules
from portal.notifications.commands import addresses
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_PAGE = "notifications/preferences.html"
_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def _reader(token: str) -> tuple[str, str]:
    """(address, topic) of the signed address; a forged one leads nowhere."""
    found = links.read(token)
    if found is None or not rules.optional(found[1]):
        raise NotFound("This address is not complete. Please open it from the mail again.")
    return found


async def _show(request: Request[Any, Any, Any], token: str, *, status: int = 200, done: str = "") -> Response[str]:
    address, topic = _reader(token)
    choices = await queries.topic_choices(address, at_hand=topic)
    at_hand = next(choice for choice in choices if choice.topic == topic)
    return page(
        request, _PAGE, status=status, private=True, headers=_HEADERS,
        token=token, address=address, at_hand=at_hand, choices=choices, done=done,
        stopped=await queries.suppression(address, "*"),
    )  # fmt: skip


class MailPreferences(Controller):
    path = "/mail/preferences/{token:str}"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
        return await _show(request, token)

    @post(opt={"public": True, "machine": True}, status_code=200)
    async def one_click(self, request: Request[Any, Any, Any], token: FromPath[str], now: Now) -> Response[str]:
        """RFC 8058: mail programs post `List-Unsubscribe=One-Click`; the page's own button posts the same."""
        address, topic = _reader(token)
        sent = await request.form()
        if sent.get("List-Unsubscribe") != "One-Click":
            return await _show(request, token, status=422, done="nothing")
        await addresses.unsubscribe(address=address, topic=topic, now=now)
        return await _show(request, token, done="unsubscribed")

    @post("/topics")
    async def choose(self, request: Request[Any, Any, Any], token: FromPath[str], now: Now) -> Response[Any]:
        address, topic = _reader(token)
        sent = await request.form()
        ticked = set(sent.getall("topic", []))
        shown = await queries.topic_choices(address, at_hand=topic)
        wanted = {choice.topic: choice.topic in ticked for choice in shown}
        await addresses.choose_topics(address=address, wanted=wanted, now=now)
        return see_other(f"/mail/preferences/{token}", notice="Saved. This holds from the next mail on.")
