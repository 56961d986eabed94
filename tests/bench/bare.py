"""What everything is measured against: Litestar and asyncpg with nothing in between.

`/page` reads 50 rows and joins them into about 30 kB of HTML; `/insert` writes one row and redirects; `/stream` sends
whoever is connected as many bytes as a notice on channel `bench` says.
"""

import asyncio
import html
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from litestar import Litestar, get, post
from litestar.connection import Request
from litestar.response import Redirect, Response, ServerSentEvent, ServerSentEventMessage

_TEXT = (
    "A paragraph as long as what a list says of one event, with its place, its date and a few words of what to expect. "
    * 4
)


@asynccontextmanager
async def _pool(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=10) as pool:
        app.state.pool, app.state.news, app.state.message = pool, asyncio.Event(), ServerSentEventMessage("0", id="0")
        async with pool.acquire() as line:
            await line.add_listener("bench", lambda _c, _pid, _channel, said: _broadcast(app, said))
            yield


def _broadcast(app: Litestar, said: str) -> None:
    """`said` is a number, and how many bytes come with it."""
    number, size = said.split()
    words = f'<template data-region="questions"><li id="q-{number}">{"x" * int(size)}</li></template>'
    app.state.message = ServerSentEventMessage(words, id=number, event="room")
    waiting, app.state.news = app.state.news, asyncio.Event()
    waiting.set()


@get("/stream")
async def stream(request: Request[Any, Any, Any]) -> ServerSentEvent:
    state = request.app.state

    async def messages() -> AsyncIterator[ServerSentEventMessage]:
        while True:
            news = state.news
            yield state.message
            await news.wait()

    return ServerSentEvent(messages())


@get("/page")
async def page(request: Request[Any, Any, Any]) -> Response[str]:
    rows = await request.app.state.pool.fetch(
        "SELECT id, slug, title, summary, starts_at, ends_at FROM event WHERE state <> 'draft' ORDER BY starts_on, id LIMIT 50"
    )
    escape = html.escape
    items = [
        f'<li><a href="/e/{escape(r["slug"])}">{escape(r["title"])}</a><time>{r["starts_at"]:%Y-%m-%d}</time>'
        f"<p>{escape(r['summary'])} {_TEXT}</p></li>"
        for r in rows
    ]
    return Response(f"<!doctype html><title>bare</title><ul>{''.join(items)}</ul>", media_type="text/html")


@post("/insert")
async def insert(request: Request[Any, Any, Any]) -> Redirect:
    form = await request.form()
    await request.app.state.pool.execute(
        "INSERT INTO bench_bare (name, email) VALUES ($1, $2)", form["name"], form["email"]
    )
    return Redirect("/page", status_code=303)


def create_app() -> Litestar:
    return Litestar([page, insert, stream], lifespan=[_pool], openapi_config=None, logging_config=None)
