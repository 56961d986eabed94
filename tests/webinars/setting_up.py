"""What tests of setting webinars up share: reading forms, and what stands beside their fields."""

import html
import re

import httpx

from portal.core import db


def field(page: str, name: str) -> str:
    """The value of a one-line field, or of a hidden one."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*?\svalue="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def fault(page: str, name: str) -> str:
    """What stands beside a field; empty where nothing does."""
    found = re.search(rf'id="f-{name}-e">.*?<span>([^<]*)</span>', page, re.S)
    return html.unescape(found[1]) if found else ""


async def hidden(editor: httpx.AsyncClient, path: str, name: str = "seen") -> str:
    """The mark that a form carries of what it was opened with."""
    answer = await editor.get(path)
    assert answer.status_code == 200, answer.text
    return field(answer.text, name)


async def one(sql: str, *values: object) -> dict[str, object]:
    row = await db.fetch_one(sql, *values)
    assert row is not None
    return dict(row)


async def verbs(webinar_id: int) -> list[str]:
    """What the audit trail has of a webinar, but for its making."""
    rows = await db.fetch(
        "SELECT verb FROM audit_entry WHERE kind = 'webinar' AND key = $1 ORDER BY id", str(webinar_id)
    )
    return [row["verb"] for row in rows if row["verb"] != "made"]
