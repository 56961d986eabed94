"""A real browser for tests, fed by an application without a socket; skips, saying why, where there is none."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.serving import served

_FED = ("localhost:8000", "localhost:8001")
"""Where pages live that are fed: the portal's and those of the demo's services. No socket of these names is opened."""
REQUIRED = "PORTAL_BROWSER_REQUIRED"
_PROGRAM = (
    shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip
_AXE = Path(__file__).parent / "vendor/axe.min.js"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


_running: list[Browser] = []
tasks: set["asyncio.Task[Any]"] = set()
"""What goes on in this process while the browser runs."""
_ending = AsyncExitStack()


async def _shared() -> Browser:
    """One browser for the whole test process: starting it costs more than most of what is done with it."""
    if not (_running and _running[-1].is_connected()):
        before = asyncio.all_tasks()
        playwright = await _ending.enter_async_context(async_playwright())
        address = await _ending.enter_async_context(served(_pass_on))
        rules = ", ".join(f"MAP {name} {urlsplit(address).netloc}" for name in _FED)
        flags = [*_FLAGS, f"--host-resolver-rules={rules}"]
        _running.append(await playwright.chromium.launch(executable_path=_PROGRAM, args=flags))
        _ending.push_async_callback(_running[-1].close)
        tasks.update(asyncio.all_tasks() - before)
    return _running[-1]


async def close() -> None:
    """When the last test is over."""
    await _ending.aclose()


@asynccontextmanager
async def chromium(*, instead: str) -> AsyncIterator[Browser]:
    """The browser, without pages, cookies, cache; `instead` ends the sentence that is printed where none is installed."""
    if _PROGRAM is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and there is no Chromium on this machine: {instead}")
        pytest.skip(f"no Chromium on this machine: {instead}")
    browser = await _shared()
    try:
        yield browser
    finally:
        for context in browser.contexts:
            await context.close()
        _clients.clear()


async def feed(page: Page, client: httpx.AsyncClient) -> None:
    """Let `client` answer everything the page asks of the two names kept for it."""
    _clients[name := str(next(_names))] = client
    await page.set_extra_http_headers({_CLIENT: name})
    await page.add_init_script(_COUNT_TIMERS)


_CLIENT = "x-fed-by"
_clients: dict[str, httpx.AsyncClient] = {}
_names = count(1)
_lasting: dict[str, httpx.Response] = {}
"""Styles, scripts and fonts under addresses that change with them: what one test's browser fetched, the next one's has."""


async def _pass_on(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application: what a page asks is asked by the client that feeds it. Handing Chromium each answer through its
    debugger (`page.route`) costs twice as much, and a redirect handed over so is lost in the headless shell."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client = _clients[headers.pop(_CLIENT)]
    headers["accept-encoding"] = "identity"
    query = f"?{asked.decode()}" if (asked := scope["query_string"]) else ""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    address = f"http://{headers['host']}{path}{query}"
    got = _lasting.get(address)
    if got is None or scope["method"] != "GET" or "range" in headers:
        got = await client.request(scope["method"], address, content=body, headers=headers)
        if asked.startswith(b"v=") and got.status_code == 200 and "immutable" in got.headers["cache-control"]:
            _lasting[address] = got
    await send({"type": "http.response.start", "status": got.status_code, "headers": got.headers.raw})
    await send({"type": "http.response.body", "body": got.content})


# What a page does a moment later: htmx waits before it asks and before it tidies up, our scripts before they suggest.
_COUNT_TIMERS = """{
  const [set, clear] = [setTimeout, clearTimeout];
  window.soon = new Set();
  window.setTimeout = (act, ms = 0, ...rest) => {
    if (ms > 500 || typeof act !== "function") return set(act, ms, ...rest);
    const id = set((...rest) => { soon.delete(id); act(...rest); }, ms, ...rest);
    soon.add(id);
    return id;
  };
  window.clearTimeout = (id) => { soon.delete(id); clear(id); };
}"""


@cache
def _axe_core() -> str:
    return _AXE.read_text()


_QUIET = """() => !window.soon?.size && !document.querySelector(".htmx-request") && document.fonts.status === "loaded"
    && document.getAnimations().every((one) => one.playState !== "running"
        || one.effect.getComputedTiming().endTime === Infinity)"""


async def quiet(page: Page) -> None:
    """Until nothing is on its way any more: answers and the waiting before them, fonts, what fades."""
    await page.wait_for_function(_QUIET)


_COLOURS = ["color-contrast", "link-in-text-block"]


async def _axe(
    page: Page, *, best_practice: bool = True, colours: bool = True, colours_only: bool = False, fresh: bool = False
) -> list[str]:
    """What axe-core finds wrong with the page as it is: rule and element. `colours_only` for a second theme: it changes
    nothing else; without `colours` everything else, which takes half the time. With `fresh`, only in what `_SHOWN` found
    to show for the first time."""
    only = {"type": "tag", "values": [*_WCAG, "best-practice"] if best_practice else _WCAG}
    if colours_only:
        only = {"type": "rule", "values": _COLOURS}
    rules = {} if colours else {name: {"enabled": False} for name in _COLOURS}
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe_core())
    found = await page.evaluate(
        "([runOnly, rules, fresh]) => axe.run(fresh ? {include: window.fresh} : document,"
        " {runOnly, rules, iframes: false, preload: false, resultTypes: ['violations']})"
        ".then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.target.join(' '))))",
        [only, rules, fresh],
    )
    return list(found)


# How many elements show now and did not since `again` was false, or show in other colours, or no longer in large type.
_SHOWN = """(again) => {
  if (!again) window.shown = new WeakMap();
  const looks = (one) => {
    const {color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight} = getComputedStyle(one);
    // From here on less contrast is enough.
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.6 : 24);
    return [color, backgroundColor, backgroundImage, opacity, large].join();
  };
  window.fresh = [...document.body.querySelectorAll("*")].filter((one) => {
    if (!one.checkVisibility({checkVisibilityCSS: true})) return false;
    const before = shown.get(one), now = looks(one);
    shown.set(one, now);
    return before !== now;
  });
  return fresh.length;
}"""


async def faults(page: Page, *, widths: Sequence[int] = (1280, 360), best_practice: bool = True) -> list[str]:
    """What is wrong with the page as it stands, wide and on a narrow phone, by day and by night: what axe-core finds,
    and whether it scrolls sideways. No layout changes between 352 and 480 pixels. After the first width colours are judged,
    by day and by night, where something shows for the first time or in others."""
    found = []
    for place, width in enumerate(widths):
        await page.set_viewport_size({"width": width, "height": 900})
        # Colours in transition are no colours to judge.
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await quiet(page)
        again = place > 0
        seen = await _axe(page, best_practice=best_practice, colours=not again)
        if await page.evaluate(_SHOWN, again):
            if again:
                seen += await _axe(page, colours_only=True, fresh=True)
            await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            dark = await _axe(page, colours_only=True, fresh=again)
            seen += [f"in the dark {fault}" for fault in dark]
        seen += ["scrolls sideways"] * await sideways(page)
        found += [f"{page.url} {width}: {fault}" for fault in seen]
    return found


async def sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))
