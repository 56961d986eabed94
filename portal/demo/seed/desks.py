"""The demo's exhibitor at its desk for the Vienna forum: tasks done, waiting and overdue, two passes, documents, a page."""

import io
from datetime import datetime, timedelta

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole
from portal.core import db
from portal.core.overtaking import mark
from portal.core.settings import current
from portal.core.typesetting import dated, typeset
from portal.demo.seed import own
from portal.directory.queries import companies
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.desks.commands import answering, files, papers, passes, showing
from portal.exhibitors.desks.commands.tasks import decide, save_task
from portal.exhibitors.desks.queries import papers as known_papers
from portal.exhibitors.desks.queries import showing as shown
from portal.exhibitors.desks.queries import tasks as known_tasks
from portal.exhibitors.desks.values import TaskDraft
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.desk import ItemKind, TaskKind
from portal.media.flows import Media
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web.forms import Upload

_SEEDED = "SELECT EXISTS (SELECT FROM exhibitor_task)"
_EVENT = "SELECT id, slug, starts_at FROM event WHERE source = $1 AND source_key = 'fill-finish-forum-vienna'"
_OWNER = "SELECT id, name, email FROM account WHERE email = 'desk@isarwerk.example'"
_SLUG = "isarwerk-biologics"
_PRACTICAL = """\
**Building** from 7:00 on the day before, **taking down** from 16:00 on the last day. Goods come to gate 4, Uferstrasse 18, and
are kept for you from three days before.

On the days themselves: stand office in hall B, +43 1 555 01 20.
"""
_ABOUT = """\
We bring a working model of the isolator line of Martinsried: **vials from 2 to 50 ml**, filled under vacuum, with every reject
explained on the screen beside it.

- Ask for the report of the last media fill.
- Bring your stopper: we try it on the line.
"""


async def seed_desks(*, now: datetime) -> None:
    """Once; what became of it later is left as it is."""
    if await db.fetch_value(_SEEDED):
        return
    event = await db.fetch_one(_EVENT, own.SOURCE)
    owner, company = await db.fetch_one(_OWNER), await companies.by_slug(_SLUG)
    assert event is not None
    assert owner is not None
    assert company is not None
    assert company.organisation_id is not None
    roles = {company.organisation_id: MemberRole.OWNER}
    actor = Actor(account_id=owner["id"], email=owner["email"], name=owner["name"], memberships=roles)
    exhibitor = await _exhibitor(event["id"], company.id, actor, now - timedelta(days=70))
    media = Media.of(current())
    await _documents(media, event["id"], exhibitor, actor, now)
    await _tasks(media, event["id"], exhibitor, actor, now)
    for first, last, email, role in (
        ("Leonie", "Bachmair", "leonie.bachmair@isarwerk.example", "Technical sales"),
        ("Tadeusz", "Wrona", "tadeusz.wrona@isarwerk.example", "Process engineer"),
    ):
        holder = passes.Holder(first, last, email, role)
        await passes.give_pass(actor=actor, exhibitor_id=exhibitor, holder=holder, now=now - timedelta(days=4))
    await _show(exhibitor, actor, now)


async def _exhibitor(event_id: int, company_id: int, actor: Actor, at: datetime) -> int:
    """The company's part in the event; made where there is none."""
    known = await db.fetch_value(
        "SELECT id FROM exhibitor WHERE event = $1 AND company = $2 AND state = 'accepted'", event_id, company_id
    )
    if known is None:
        if not await db.fetch_value("SELECT EXISTS (SELECT FROM exhibition WHERE event = $1)", event_id):
            terms = Terms(
                currency="EUR", contact_email="exhibitors@sterileline.example", intro="Forty stands between two halls."
            )
            await set_up(actor=PORTAL, event_id=event_id, terms=terms, now=at)
            facts = PackageFacts(
                name="Standard", summary="A stand of nine square metres, in the list and on the plan.", price=480000, passes=3,
                guests=5, includes=("9 m² with walls and carpet", "3 staff passes", "5 tickets for guests"),
            )  # fmt: skip
            await save_package(actor=PORTAL, event_id=event_id, facts=facts, now=at)
        package = await db.fetch_value(
            "SELECT slug FROM exhibition_package WHERE event = $1 AND on_offer ORDER BY position, id LIMIT 1", event_id
        )
        known = await apply_to_exhibit(
            actor=actor, event_id=event_id, package=package, company_id=company_id, contact_name=actor.name,
            contact_email=actor.email, wishes="Near the open theatre, please.", now=at,
        )  # fmt: skip
        await accept(actor=PORTAL, exhibitor_id=known, note="", now=at + timedelta(days=2))
    await papers.save_practical(actor=PORTAL, event_id=event_id, text=_PRACTICAL, seen=mark(""), now=at)
    found = await desks.by_id(known)
    assert found is not None
    return found.id


async def _upload(media: Media, kind: str, title: str, lines: list[str], actor: Actor, now: datetime) -> str:
    """A document that waits for its owner; its key."""
    content = await typeset("demo_paper", {"title": title, "dated": dated(now), "lines": lines})
    upload = Upload("upload", f"{title.lower().replace(' ', '-')}.pdf", io.BytesIO(content))
    kept = await media.store_document(upload, owner=Owner(kind), actor=actor, now=now, visibility=Visibility.PRIVATE)
    return kept.key


async def _documents(media: Media, event_id: int, exhibitor: int, actor: Actor, now: datetime) -> None:
    at = now - timedelta(days=60)
    for title, note, lines in (
        ("Technical manual", "Halls, power, loads, fire safety.", ["Hall height 6.2 m, free height of stands 4 m.",
         "Power: 230 V, 3.5 kW for each stand; 400 V on request.", "Floor load 5 kN/m².",
         "No open flame; aerosols by permit only."]),
        ("Order form for stand services", "Furniture, water, extra power.", ["Counters, chairs, refrigerators, screens.",
         "Orders until four weeks before the event carry no surcharge."]),
    ):  # fmt: skip
        key = await _upload(media, papers.OWNER, title, lines, PORTAL, at)
        draft = papers.PaperDraft(title=title, note=note)
        await papers.save_paper(actor=PORTAL, event_id=event_id, draft=draft, file=key, now=at)
    first = (await known_papers.of_exhibitor(exhibitor))[0]
    await papers.read_paper(
        actor=actor, exhibitor_id=exhibitor, version_id=first.version_id, now=now - timedelta(days=31)
    )
    brochure = await _upload(
        media, files.OWNER, "Vials from 2 to 50 ml", ["Fill volumes, stoppers, inspection.", "Batches from 500 to 80,000."],
        actor, now,
    )  # fmt: skip
    await files.add_brochure(
        actor=actor, exhibitor_id=exhibitor, title="Vials from 2 to 50 ml", file=brochure, shown=True, now=now
    )


async def _tasks(media: Media, event_id: int, exhibitor: int, actor: Actor, now: datetime) -> None:
    """Asked for two months ago; due from a month ago to a month from now."""
    asked = now - timedelta(days=58)
    manual = (await known_papers.of_exhibitor(exhibitor))[0].id
    made = {}
    for key, days, kind, title, text, more in (
        ("read", -28, TaskKind.READ, "Read the technical manual", "Power, loads, fire safety.", {"paper": manual}),
        ("carpet", -20, TaskKind.CHOOSE, "Choose your carpet", "It is laid before you come.",
         {"options": ("Petrol", "Light grey", "None, we bring a floor")}),
        ("insurance", -3, TaskKind.UPLOAD, "Certificate of insurance", "Public liability of **€3 million** at least.", {}),
        ("drawing", 9, TaskKind.UPLOAD, "Drawing of your stand", "To scale, with heights and power points, as a PDF.", {}),
        ("names", 16, TaskKind.PASSES, "Name your people", "Badges are printed a week before.", {}),
        ("text", 23, TaskKind.FILL, "Line for the visitor guide", "At most 200 characters; it is printed as you write it.", {}),
    ):  # fmt: skip
        due = (now + timedelta(days=days)).replace(hour=16, minute=0, second=0, microsecond=0)
        draft = TaskDraft(kind=kind, title=title, text=text, due_at=due, **more)
        made[key] = await save_task(actor=PORTAL, event_id=event_id, draft=draft, now=asked)
    await answering.answer(
        actor=actor, exhibitor_id=exhibitor, task_id=made["carpet"], text="Light grey", now=now - timedelta(days=24)
    )
    key = await _upload(media, files.OWNER, "Stand of Isarwerk", ["3 × 3 m, walls 2.5 m, one power point."], actor, now)
    await answering.answer(
        actor=actor, exhibitor_id=exhibitor, task_id=made["drawing"], file=key, now=now - timedelta(days=2)
    )
    line = "Sterile filling of antibodies in Martinsried: vials from 2 to 50 ml, batches from 500."
    await answering.answer(
        actor=actor, exhibitor_id=exhibitor, task_id=made["text"], text=line, now=now - timedelta(days=9)
    )
    said = next(one for one in await known_tasks.of_exhibitor(exhibitor) if one.id == made["text"])
    await decide(
        actor=PORTAL, event_id=event_id, task_id=made["text"], exhibitor_id=exhibitor, accepted=True, note="", seen=said.mark,
        now=now - timedelta(days=8),
    )  # fmt: skip


async def _show(exhibitor: int, actor: Actor, now: datetime) -> None:
    stored = await shown.by_id(exhibitor)
    assert stored is not None
    chosen = [one.id for one in stored.profile.products[:3]] + [one.id for one in stored.profile.posts[:1]]
    draft = showing.ShowDraft(
        headline="See a vial line work, and every reject explained", about=_ABOUT, languages=("en", "de", "fr"),
        host_name=actor.name, host_role="Head of business development", host_email=actor.email,
        chosen=tuple(sorted(chosen)),
    )  # fmt: skip
    await showing.save_show(
        actor=actor, exhibitor_id=exhibitor, draft=draft, seen=mark(showing.draft_of(stored)), now=now
    )
    item = showing.ItemDraft(
        kind=ItemKind.PRODUCT, title="Trial fills from 50 vials",
        text="For formulation work: **50 to 500 vials** on the line that later fills your batches.",
    )  # fmt: skip
    await showing.save_item(actor=actor, exhibitor_id=exhibitor, draft=item, now=now)
