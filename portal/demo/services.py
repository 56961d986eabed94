"""The demo's other process: the stand-in for Stripe, the mail server, the mailbox's pages and the publisher's terms, on one
port.
"""

import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from litestar.types import Receive, Scope, Send

from portal.core import logs
from portal.core.settings import current, current_or_exit
from portal.demo.mailbox.pages import create_mailbox
from portal.demo.mailbox.smtp import start_smtp
from portal.demo.stripe_standin.app import create_standin
from portal.demo.stripe_standin.settings import from_environment


class DemoServices:
    """An ASGI application: `/mail` and its assets are the mailbox, `/terms` goes with it, everything else is the stand-in."""

    def __init__(self) -> None:
        settings = current()
        folder = Path(settings.portal_data) / "mail"
        self._mail_folder = folder
        self._smtp_port = int(os.environ.get("DEMO_SMTP_PORT", "8002"))
        self._mailbox = create_mailbox(folder)
        # With a real key of Stripe's own the portal speaks to Stripe, and nothing stands in for it.
        self._standin = create_standin(from_environment()) if settings.stripe_api_base else None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        await self._app_for(scope)(scope, receive, send)

    def _app_for(self, scope: Scope) -> Any:
        if self._standin is None or scope["path"] in ("/mail", "/terms") or scope["path"].startswith("/mail/"):
            return self._mailbox
        return self._standin

    async def _live(self, receive: Any, send: Any) -> None:
        async with AsyncExitStack() as open_things:
            await receive()
            server = await start_smtp("127.0.0.1", self._smtp_port, self._mail_folder)
            open_things.push_async_callback(server.stop)
            await open_things.enter_async_context(self._mailbox.lifespan())
            if self._standin is not None:
                await open_things.enter_async_context(self._standin.running())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def create_services() -> DemoServices:
    """For Granian's `--factory`."""
    logs.set_up(current_or_exit())
    return DemoServices()
