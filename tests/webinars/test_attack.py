"""Every route of webinars and leads, tried by those who have no business there, and with what nobody should send."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.accounts.commands import ensure_account, set_password
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.webinars.commands import chat, desk_notes, restricting
from portal.webinars.tables.rooms import CrewRole, Restriction
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.conftest import browser
from tests.directory.conftest import PASSWORD, join, organisation
from tests.events.conftest import SignIn
from tests.factories import companies, webinars
from tests.webinars.desk.hands import MARIT, named

OURS = ("portal.webinars.", "portal.leads.", "portal.speakers.")
SECRETS = ("Between ourselves", "nora@secret.example", "Nora Nemo", "Shown to nobody")
TABLES = (
    "webinar", "webinar_crew", "webinar_question", "webinar_question_vote", "webinar_poll", "webinar_poll_option",
    "webinar_poll_answer", "webinar_chat_message", "webinar_resource", "webinar_resource_taken", "webinar_speaker", "speaker",
    "webinar_sponsor", "webinar_recording", "webinar_reminder", "webinar_attendance_correction", "webinar_test_attempt",
    "room_restriction", "backstage_note", "consent", "wording_of_consent", "certificate", "certificate_rule", "series",
    "webinar_attendance", "webinar_reaction_count", "seat", "disclosure",
)  # fmt: skip


def routes(app: Litestar) -> Iterator[tuple[str, str, bool]]:
    """Method, path and whether it is for everybody."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            if handler.fn.__module__.startswith(OURS):
                for method in sorted(handler.http_methods - {"OPTIONS"}):
                    yield str(method), route.path, bool(handler.opt.get("public"))


class Stage:
    """A live webinar with one of everything, of which Nora Nemo did most."""

    made: webinars.Webinar
    nora: Participant
    company: str
    numbers: dict[str, int]

    def address(self, path: str, *, slug: str = "", webinar: int = 0) -> str:
        """The path with what stands in this webinar. `slug` and `webinar`: those of another one, with our things in it."""
        words = {"slug": slug or self.made.slug, "claim": self.nora.claim, "webinar": self.made.slug, "typed": "AAAA-0000",
                 "name": "heart", "action": "end", "part": "curve.csv", "kind": "hour"}  # fmt: skip
        if path.startswith("/companies/"):
            words["slug"] = self.company
        if path.startswith("/speakers/") or "/series/" in path:
            words["slug"] = "nobody"
        own = {**self.numbers, "webinar_id": webinar or self.made.webinar_id}

        def fill(found: re.Match[str]) -> str:
            name, kind = found[1], found[2]
            if kind == "str":
                return str(self.numbers["webinar_id"]) if name == "number" else words[name]
            if name != "number":
                return str(own[name])
            parts = ("questions", "polls", "resources", "chat", "consents", "people")
            return str(own[next(part for part in parts if f"/{part}/" in path)])

        return re.sub(r"\{(\w+):(\w+)\}", fill, path)


async def stage(app: Litestar) -> Stage:
    found, now = Stage(), clock.now()
    made = found.made = await webinars.make(starts_in=-5 * webinars.timedelta(minutes=1))
    nora = found.nora = await webinars.join(made, "nora@secret.example", "Nora", "Nemo")
    owner = await organisation(f"owner{made.webinar_id}@sponsor.example", f"Sponsor {made.webinar_id} AG")
    company = await companies.make(f"Sponsor {made.webinar_id} AG", owner=owner)
    found.company = await db.fetch_value("SELECT slug FROM company WHERE id = $1", company)
    sponsor = await webinars.sponsor(made, company)
    question = await webinars.ask(made, nora, "Shown to nobody", approved=False)
    poll, _ = await webinars.poll(made, PollKind.SINGLE, "Yes", "No", state="draft")
    resource = await webinars.resource(made, sponsor=sponsor)
    line = await chat.say(room=await webinars.room(made), who=nora, text="Hello.", now=now)
    await desk_notes.write_note(webinar_id=made.webinar_id, text="Between ourselves", actor=MARIT, now=now)
    await named(made, f"speaker{made.webinar_id}@crew.example", CrewRole.SPEAKER)
    await restricting.restrict(
        webinar_id=made.webinar_id, seat_id=nora.seat_id, kind=Restriction.MUTED, reason="", actor=MARIT, now=now
    )
    member = await db.fetch_value("SELECT id FROM webinar_crew WHERE webinar = $1", made.webinar_id)
    speaker = await db.fetch_value(
        "INSERT INTO speaker (slug, name, created_at, changed_at) VALUES ($1, 'Per', now(), now()) RETURNING id",
        f"per-{made.webinar_id}",
    )
    await db.execute(
        "INSERT INTO webinar_speaker (webinar, speaker, position) VALUES ($1, $2, 1)", made.webinar_id, speaker
    )
    wording = await db.fetch_value(
        "INSERT INTO wording_of_consent (kind, key, version, text, since) VALUES ('webinar_sponsor', $1, 1, 'I agree.', now()) "
        "RETURNING id",
        str(company),
    )
    consent = await db.fetch_value(
        "INSERT INTO consent (email, company_id, company_name, wording, kind, key, how, given_at) "
        "VALUES ('nora@secret.example', $1, 'Sponsor', $2, 'webinar', $3, 'room', now()) RETURNING id",
        company, wording, str(made.webinar_id),
    )  # fmt: skip
    found.numbers = {
        "webinar_id": made.webinar_id, "event_id": made.event_id, "questions": question, "polls": poll, "poll_id": poll,
        "resources": resource, "resource_id": resource, "chat": line, "people": nora.seat_id, "seat_id": nora.seat_id,
        "restriction": await db.fetch_value("SELECT max(id) FROM room_restriction"), "member": member, "member_id": member,
        "speaker_id": speaker, "company_id": company, "series_id": 4711, "consents": consent,
    }  # fmt: skip
    return found


async def stored() -> dict[str, str]:
    """Everything there is, by table."""
    return {
        table: await db.fetch_value(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} t")
        for table in TABLES
    }


async def account(email: str) -> int:
    account_id = await ensure_account(email=email, name="Mallory Grey", now=clock.now())
    await set_password(account_id=account_id, password=PASSWORD, now=clock.now())
    return account_id


async def signed_in(app: Litestar, email: str) -> httpx.AsyncClient:
    await account(email)
    opened = browser(app)
    answer = await opened.post("/account/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return opened


async def removed(app: Litestar, target: Stage) -> httpx.AsyncClient:
    """Somebody with the room's cookie and an account, who was shown the door."""
    who = await webinars.join(target.made, "mallory@removed.example", "Mallory", "Grey")
    opened = await signed_in(app, who.email)
    await opened.post(f"/join/{who.claim}")
    await restricting.restrict(
        webinar_id=target.made.webinar_id, seat_id=who.seat_id, kind=Restriction.REMOVED, reason="Insults.", actor=MARIT,
        now=clock.now(),
    )  # fmt: skip
    return opened


async def guest_elsewhere(app: Litestar, other: Stage) -> httpx.AsyncClient:
    opened = await signed_in(app, "mallory@guest.example")
    who = await webinars.join(other.made, "mallory@guest.example", "Mallory", "Grey")
    await opened.post(f"/join/{who.claim}")
    return opened


async def sponsor_elsewhere(app: Litestar, other: Stage) -> httpx.AsyncClient:
    organisation_id = await db.fetch_value("SELECT organisation FROM company WHERE slug = $1", other.company)
    await join(organisation_id, await account("mallory@sponsor.example"), MemberRole.LEADS)
    return await signed_in(app, "mallory@sponsor.example")


JUNK = {
    "question": "x",
    "line": "x",
    "text": "x",
    "reason": "x",
    "was": "pending",
    "into": "1",
    "title": "x",
    "email": "x@y.example",
}


@pytest.mark.parametrize("who", ["nobody", "member", "removed", "guest", "host", "sponsor"])
async def test_those_without_business_there_change_and_learn_nothing(
    app: Litestar, client: httpx.AsyncClient, who: str
) -> None:
    target, other = await stage(app), await stage(app)
    match who:
        case "nobody":
            opened = browser(app)
        case "member":
            opened = await signed_in(app, "mallory@member.example")
        case "removed":
            opened = await removed(app, target)
        case "guest":
            opened = await guest_elsewhere(app, other)
        case "host":
            await named(other.made, "mallory@crew.example", CrewRole.HOST)
            opened = await signed_in(app, "mallory@crew.example")
        case _:
            opened = await sponsor_elsewhere(app, other)
    before, tried = await stored(), 0
    for method, path, public in routes(app):
        # Whoever has the secret of a place is its owner, and public pages are anybody's.
        if "{claim:" in path or (public and method == "POST"):
            continue
        answer = await opened.request(method, target.address(path), data=JUNK if method == "POST" else None)
        tried += 1
        if who != "nobody" and answer.status_code == 303:
            answer = await opened.get(answer.headers["location"])
        assert answer.status_code < 500, (method, path, answer.status_code)
        assert [one for one in SECRETS if one in answer.text] == [], (method, path)
        if not public and not path.startswith(("/account/", "/staff/speakers")) and "{" in path:
            wanted = {303, 401, 403, 404} if who == "nobody" else {403, 404}
            assert answer.status_code in wanted, (method, path, answer.status_code)
        if method == "POST":
            assert await stored() == before, (method, path)
    assert tried > 120


@pytest.mark.parametrize("who", ["attendee", "speaker", "host", "editor"])
async def test_things_of_another_webinar_are_not_reached_through_ones_own(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, who: str
) -> None:
    """Their own room's address, with numbers of things of another room."""
    target, own = await stage(app), await stage(app)
    match who:
        case "attendee":
            opened = await guest_elsewhere(app, own)
        case "editor":
            opened = await sign_in(StaffRole.EDITOR)
        case _:
            await named(own.made, "mallory@crew.example", CrewRole(who))
            opened = await signed_in(app, "mallory@crew.example")
    kept = {
        table: f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} t WHERE webinar = $1"
        for table in TABLES
        if await db.fetch_value(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = $1 AND column_name = 'webinar'", table
        )
    }
    before = {table: await db.fetch_value(sql, target.made.webinar_id) for table, sql in kept.items()}
    for method, path, _ in routes(app):
        things = re.findall(r"\{(\w+):int\}", path.replace("{webinar_id:int}", ""))
        if not things or path.startswith(("/staff/speakers", "/staff/webinars/series", "/staff/webinars/of")):
            continue
        address = target.address(path, slug=own.made.slug, webinar=own.made.webinar_id)
        answer = await opened.request(method, address, data=JUNK if method == "POST" else None)
        assert answer.status_code < 500, (method, path)
        # Whatever was taken off or put in order is so already; nothing else is taken for ours.
        if not path.endswith(
            ("/place", "/removal", "/lifting", "/withdrawal", "/place/up", "/place/down", "/role", "/moderation")
        ):
            assert answer.status_code in (403, 404, 409, 422), (method, path, answer.status_code)
        assert [one for one in SECRETS if one in answer.text] == [], (method, path)
        now = {table: await db.fetch_value(sql, target.made.webinar_id) for table, sql in kept.items()}
        assert now == before, (method, path)


NASTY = {
    "nul": "a\x00b", "bidi": "\u202e\u2066evil\u2069", "negative": "-1", "huge": "9" * 40, "float": "1e309", "bracket": "https://[",
    "surrogate": "\ufffd\ufeff", "long": "x" * 20_000, "markup": "<script>alert(1)</script>{{7*7}}", "list": "[1,2]",
}  # fmt: skip


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "1;DROP", "%00"])
async def test_numbers_that_are_none(app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, number: str) -> None:
    own = await stage(app)
    editor = await sign_in(StaffRole.EDITOR)
    await webinars.join(own.made, "staff@sterileline.example")
    for method, path, _ in routes(app):
        if ":int}" in path:
            address = re.sub(r"\{\w+:int\}", number, path)
            answer = await editor.request(method, own.address(address), data={} if method == "POST" else None)
            assert answer.status_code in (400, 404, 422), (method, path, answer.status_code)


async def test_a_megabyte_is_refused_before_it_is_read_into_anything(app: Litestar, client: httpx.AsyncClient) -> None:
    own = await stage(app)
    opened = await guest_elsewhere(app, own)
    for tail in ("questions", "chat"):
        answer = await opened.post(f"{own.made.room}/{tail}", data={"question": "x" * 1_000_001, "line": "y"})
        assert answer.status_code == 413


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and what it holds as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}) if given.get("method") == "post" else ("", {}))
        elif not self.found:
            return
        name, fields = given.get("name", ""), self.found[-1][1]
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in fields):
            fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._text = name
            fields[name] = ""
        elif tag in ("input", "button") and name:
            chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
            fields[name] = given.get("value", "") if chosen or name not in fields else fields[name]

    def handle_data(self, data: str) -> None:
        if self._text and self.found:
            self.found[-1][1][self._text] += data

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._text = "" if tag == "textarea" else self._text


ENDS = ("/removal", "/sign-out", "/publication", "/state/end", "/state/close", "/withdrawal")


@pytest.mark.parametrize("who", ["attendee", "editor"])
async def test_no_field_of_any_form_takes_a_page_down(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, who: str
) -> None:
    """Each form as its page has it, with one field at a time made into what nobody should send."""
    own = await stage(app)
    opened = await guest_elsewhere(app, own) if who == "attendee" else await sign_in(StaffRole.EDITOR)
    starts = [own.address(path) for method, path, _ in routes(app) if method == "GET" and "/stream" not in path]
    tried: set[tuple[str, str]] = set()
    for start in starts:
        page = await opened.get(start)
        if page.status_code != 200 or "html" not in page.headers.get("content-type", ""):
            continue
        for action, fields in Forms(page.text).found:
            if (
                not action
                or action.endswith(ENDS)
                or not action.startswith(("/webinars/", "/staff/webinars", "/staff/speakers"))
            ):
                continue
            for name in fields:
                if (action, name) in tried:
                    continue
                tried.add((action, name))
                for what, nasty in NASTY.items():
                    answer = await opened.post(action, data={**fields, name: nasty})
                    assert answer.status_code < 500, (action, name, what)
                    assert "<script>alert(1)" not in answer.text, (action, name)
    for path in ("/room", "/desk"):
        assert "<script>alert(1)" not in (await opened.get(f"/webinars/{own.made.slug}{path}")).text
    assert len(tried) >= (5 if who == "attendee" else 60)
