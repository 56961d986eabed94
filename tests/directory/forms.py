"""Forms of the editor as a browser sends them: filled as the page has them, then changed."""

import html
import re
from html.parser import HTMLParser

import httpx
import msgspec

from portal.core import db
from portal.directory.values import Profile


class _Forms(HTMLParser):
    """Every form of a page, with the values its fields have."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.textarea = self.select = ""
        self.text = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = dict(given)
        name = attrs.get("name") or ""
        if tag == "form":
            self.forms.append((attrs.get("action") or "", {}))
        elif not self.forms:
            return
        elif tag == "input" and name and attrs.get("type") != "file":
            if attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs:
                self.forms[-1][1][name] = attrs.get("value") or ""
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select = name
            self.forms[-1][1].setdefault(name, "")
        elif tag == "option" and self.select and "selected" in attrs:
            self.forms[-1][1][self.select] = attrs.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            self.forms[-1][1][self.textarea] = self.text.removeprefix("\n")
            self.textarea = ""
        elif tag == "select":
            self.select = ""


def open_form(page: str, end: str) -> dict[str, str]:
    """The form whose address ends so, filled as it is."""
    reader = _Forms()
    reader.feed(page)
    return next(fields for address, fields in reader.forms if address.endswith(end))


def words(page: str) -> str:
    """What a reader sees, on one line."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare))).replace(" .", ".").strip()


class Editor:
    """Somebody with a browser on a company's editing pages."""

    def __init__(self, browser: httpx.AsyncClient, at: str) -> None:
        self.browser = browser
        self.at = at

    async def get(self, path: str = "") -> httpx.Response:
        answer = await self.browser.get(f"{self.at}/{path}".rstrip("/").replace("/?", "?"))
        assert answer.status_code == 200, answer.text
        return answer

    async def form(self, path: str) -> dict[str, str]:
        """The form of a page: of a section, of a new item, of an item."""
        end = path.partition("/new")[0] + "/items" if "/new" in path else path
        return open_form((await self.get(path)).text, end)

    async def save(self, path: str, typed: dict[str, str]) -> httpx.Response:
        return await self.browser.post(f"{self.at}/{path}", data=typed)

    async def seen(self, section: str, key: str) -> str:
        return open_form((await self.get(section)).text, f"items/{key}/removal")["seen"]

    async def publish(self, **more: str) -> httpx.Response:
        form = open_form((await self.get()).text, "publication")
        return await self.save("publication", {**form, **more})


async def draft() -> Profile | None:
    """The draft of the only company there is."""
    found = await db.fetch_value("SELECT profile FROM company_draft")
    return msgspec.json.decode(found, type=Profile) if found else None


async def published() -> Profile:
    return msgspec.json.decode(await db.fetch_value("SELECT profile FROM company ORDER BY id LIMIT 1"), type=Profile)


async def items(of: str) -> list[str]:
    """The names in a list of the draft."""
    found = await draft()
    assert found is not None
    return [item.name for item in getattr(found, of)]
