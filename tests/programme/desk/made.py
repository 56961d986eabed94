"""A conference with two speakers who have addresses, and the ways to their desk."""

import html
import re
from datetime import timedelta

import httpx
import msgspec

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.tables import SessionKind, SessionRole
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts
from portal.speakers.commands import set_email
from tests.accounts.conftest import Browser, own_code
from tests.factories import events

MAEVE, JO = "maeve@kilmore.example", "jo@vos.example"
DESK, CODE = "/speaking", "/account/speaking"


class Conference(msgspec.Struct):
    """Numbers by what they are of."""

    event: int
    maeve: int
    jo: int
    sessions: dict[str, int]

    @property
    def slug(self) -> str:
        return f"forum-{events.DAY.year}"

    def at(self, path: str = "", *, whose: int = 0) -> str:
        """A page of the desk: Maeve’s, or that of the speaker with this number."""
        return f"{DESK}/{whose or self.maeve}{path}"


def talk(title: str, *people: PersonFacts, hours: float = 0, kind: SessionKind = SessionKind.TALK) -> SessionFacts:
    starts = events.NINE + timedelta(hours=hours)
    return SessionFacts(
        key=title, title=title, room="Saal Lobau", kind=kind, people=people, starts_at=starts,
        ends_at=starts + timedelta(minutes=40),
    )  # fmt: skip


async def save(event_id: int, *sessions: SessionFacts) -> None:
    facts = ProgrammeFacts(source="test", rooms={"Saal Lobau": 100, "Raum Prater": 40}, sessions=sessions)
    await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())


MAEVES = PersonFacts("Maeve Donnellan", "3", company="Kilmore Sterile Works", job_title="Director")
JOS = PersonFacts("Jo Vos", "4")
THEM = (
    talk("First air", MAEVES),
    talk("Fill weights", JOS, hours=1),
    talk("Closing", MAEVES, msgspec.structs.replace(JOS, role=SessionRole.MODERATOR), hours=2, kind=SessionKind.PANEL),
)


async def conference(*, released: bool = True, addresses: bool = True) -> Conference:
    event_id = await events.make("Forum", starts_at=events.NINE, hours=32, timezone="Europe/Vienna")
    await save(event_id, *THEM)
    if released:
        await release(actor=PORTAL, event_id=event_id, now=clock.now())
    ids = {row["name"]: row["id"] for row in await db.fetch("SELECT id, name FROM speaker")}
    made = Conference(event_id, ids["Maeve Donnellan"], ids["Jo Vos"], {})
    if addresses:
        for speaker, email in ((made.maeve, MAEVE), (made.jo, JO)):
            await set_email(actor=PORTAL, speaker_id=speaker, email=email, now=clock.now())
    made.sessions = {row["title"]: row["id"] for row in await db.fetch("SELECT id, title FROM programme_session")}
    return made


async def enter(browser: Browser, email: str = MAEVE) -> Browser:
    """The whole way in, by a code."""
    asked = await browser.post(DESK, email=email)
    assert (asked.status_code, asked.headers["location"]) == (303, CODE), asked.text
    typed = await browser.post(CODE, code=await own_code(browser, CODE, email))
    assert typed.status_code == 303, typed.text
    assert typed.headers["location"].startswith(DESK)
    return browser


def faults(page: httpx.Response) -> dict[str, str]:
    """What stands beside each field."""
    found = re.findall(r'<p class="error" id="f-([\w-]+)-e">.*?<span>(.*?)</span>', page.text, re.S)
    return {name: html.unescape(words) for name, words in found}


def hidden(page: httpx.Response | str, name: str) -> str:
    text = page if isinstance(page, str) else page.text
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return html.unescape(found[1])


async def one(sql: str, *values: object) -> object:
    """The only value of a statement."""
    return await db.fetch_value(sql, *values)
