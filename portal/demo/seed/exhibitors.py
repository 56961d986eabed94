"""The hall of the demo’s congress with those who exhibit there, by the ordinary commands."""

from datetime import datetime, timedelta
from pathlib import Path

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole
from portal.core import db
from portal.core.settings import current
from portal.demo.seed.own import SOURCE
from portal.exhibitors.commands.applying import apply_to_exhibit, enter
from portal.exhibitors.commands.deciding import accept
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.commands.planning import Wish, lay, rename_hall
from portal.exhibitors.importing import rows_of
from portal.exhibitors.plans import Hall
from portal.exhibitors.queries import plans
from portal.exhibitors.rules.sheets import read_sheet
from portal.exhibitors.tables.exhibiting import Right

_SHEET = Path(__file__).parent / "data" / "hall-b.csv"
_EVENT = """
SELECT id, starts_at FROM event e WHERE source = $1 AND source_key = 'fill-finish-forum-vienna'
    AND NOT EXISTS (SELECT FROM exhibition n WHERE n.event = e.id)
"""
_OWNER = """
SELECT a.id, a.email, a.name, c.organisation, c.id AS company FROM company c
JOIN membership m ON m.organisation = c.organisation AND m.role = 'owner' JOIN account a ON a.id = m.account
WHERE c.slug = $1 ORDER BY a.id LIMIT 1
"""
_OWN, _WAITING = ("isarwerk-biologics", "B14"), "quellmark-single-use"
_STANDS = {
    "aubrac-fill-finish": "B02", "tessin-lyo": "B04", "vantaa-biofill": "B05", "sotavento-biologica": "B06",
    "halden-aseptics": "B11", "morava-lyophil": "B21", "castellane-bioproduction": "B25", "closure-point-testing": "B12",
    "fairwater-qp-services": "B15", "mossbach-engineering": "B16", "vetrario-primary": "B01", "kaltwerk-freeze-dryers": "B22",
    "gantry-isolators": "B18", "sogno-inspection": "B19", "stratus-cleanrooms": "B28", "gammaline-sterilisation": "B29",
    "silo-stoppers": "B30", "nordkold-logistics": "B09", "anneau-un-conseil": "B08",
}  # fmt: skip
_INTRO = """\
Some 240 people who choose, inspect or run aseptic manufacturing come through **Hall B** on three days. Every break is served \
there, and the meeting tables stand at its end.

- Building up on the day before, from 14:00, by the gate in Lobaustrasse
- Floor load 500 kg/m², ceiling at 4.20 m
- Power to every booth; water and drain where the plan says so"""
_PACKAGES = (
    PackageFacts(
        name="Standard", summary="A booth and what it takes to run it", passes=2, guests=5,
        includes=("Table, two chairs, 2 kW", "Entry in list and plan"),
        rights=(Right.SCAN, Right.LEADS, Right.EXPORT, Right.MEETINGS, Right.PASSES, Right.DOCUMENTS),
    ),
    PackageFacts(
        name="Partner", summary="More people, more leads, your name on the stage", price=190000, passes=6, guests=20, most=6,
        includes=("All of Standard", "Logo in the opening", "A bay beside the stage"), rights=tuple(Right),
    ),
)  # fmt: skip


async def seed_exhibitors(*, now: datetime) -> None:
    """Set up, drawn, filled. Isarwerk has a booth, Quellmark waits to be decided."""
    event = await db.fetch_one(_EVENT, SOURCE)
    if event is None:
        return
    until = event["starts_at"] - timedelta(days=21)
    terms = Terms(currency="EUR", until=until, intro=_INTRO, contact_email=current().contact_email)
    await set_up(actor=PORTAL, event_id=event["id"], terms=terms, now=now)
    for facts in _PACKAGES:
        await save_package(actor=PORTAL, event_id=event["id"], facts=facts, now=now)
    hall = await _hall(event["id"], now)
    booths = {one.label: one.id for one in hall.spots}
    for slug, label in _STANDS.items():
        company = await db.fetch_one("SELECT id, name FROM company WHERE slug = $1 AND state = 'public'", slug)
        if company is None:
            continue
        made = await enter(
            actor=PORTAL, event_id=event["id"], package="standard", company_id=company["id"], contact_name=company["name"],
            contact_email=f"fairs@{slug}.example", now=now,
        )  # fmt: skip
        await give_booth(
            actor=PORTAL, exhibitor_id=made, booth_id=booths[label], note="By the contract of the series.", now=now
        )
    own = await _apply(event["id"], _OWN[0], "standard", "Near the stage, with water and a drain.", now)
    if own is not None:
        await accept(actor=PORTAL, exhibitor_id=own, note="We are glad to have you in Hall B again.", now=now)
        await give_booth(
            actor=PORTAL, exhibitor_id=own, booth_id=booths[_OWN[1]], note="As in the years before.", now=now
        )
    await _apply(event["id"], _WAITING, "partner", "Two booths side by side, if there are any.", now)


async def _hall(event_id: int, now: datetime) -> Hall:
    found = read_sheet(await rows_of(_SHEET.name, _SHEET.read_bytes()), currency="EUR", packages={})
    plan_id, _ = await lay(actor=PORTAL, event_id=event_id, wish=Wish(name="Hall B", drawing=found.drawing), now=now)
    hall = await plans.hall(event_id, plan_id, now)
    assert hall is not None
    await rename_hall(
        actor=PORTAL, event_id=event_id, plan_id=plan_id, name=hall.name, public=True, version=hall.version, now=now
    )
    return hall


async def _apply(event_id: int, slug: str, package: str, wishes: str, now: datetime) -> int | None:
    """An owner asks for their company."""
    row = await db.fetch_one(_OWNER, slug)
    if row is None:
        return None
    owner = Actor(
        account_id=row["id"], email=row["email"], name=row["name"], memberships={row["organisation"]: MemberRole.OWNER}
    )
    return await apply_to_exhibit(
        actor=owner, event_id=event_id, package=package, company_id=row["company"], contact_name=owner.name,
        contact_email=owner.email, wishes=wishes, now=now,
    )  # fmt: skip
