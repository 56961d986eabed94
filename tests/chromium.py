"""A real browser for tests, fed by an application without a socket; skips, saying why, where there is none."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

REQUIRED = "PORTAL_BROWSER_REQUIRED"
_PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip
_AXE = Path(__file__).parent / "vendor/axe.min.js"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@asynccontextmanager
async def chromium(*, instead: str) -> AsyncIterator[Browser]:
    """The browser; `instead` ends the sentence that is printed where none is installed."""
    if _PROGRAM is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and there is no Chromium on this machine: {instead}")
        pytest.skip(f"no Chromium on this machine: {instead}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_PROGRAM, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def feed(page: Page, client: httpx.AsyncClient) -> None:
    """Let `client` answer everything the page asks for."""

    async def answer(route: Route) -> None:
        asked = route.request
        got = await client.request(asked.method, asked.url, content=asked.post_data_buffer, headers=asked.headers)
        headers = {name: value for name, value in got.headers.items() if name != "content-length"}
        await route.fulfill(status=got.status_code, headers=headers, body=got.content)

    await page.route("**/*", answer)


async def axe_faults(page: Page, *, best_practice: bool = True, colours_only: bool = False) -> list[str]:
    """What axe-core finds wrong with the page as it is: rule and element. `colours_only` for a second theme: it changes
    nothing else."""
    rules = {"type": "tag", "values": [*_WCAG, "best-practice"] if best_practice else _WCAG}
    if colours_only:
        rules = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE.read_text())
    found = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules, iframes: false, resultTypes: ['violations']})"
        ".then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.target.join(' '))))",
        rules,
    )
    return list(found)


async def sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))
