"""What is for sale, as if some companies had bought it: logos, two plans, a full lane this month and next; and work for the
editors. By the ordinary commands, paid at the stand-in’s own page.
"""

import io
from datetime import datetime

import httpx
import msgspec
from PIL import Image, ImageDraw

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.commands import ensure_account
from portal.core import db, times
from portal.core.settings import current
from portal.directory.commands import claiming, handing_in, publishing
from portal.directory.commands.claiming import Wish
from portal.directory.commands.corrections import send_correction
from portal.directory.queries import companies
from portal.directory.queries.companies import KnownCompany
from portal.directory.tables.companies import ClaimWay
from portal.directory.tables.corrections import CorrectionTopic
from portal.media.flows import Media
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.payments.buying import Buyer
from portal.payments.flows import Payments
from portal.payments.subscriptions.flows import Subscriptions
from portal.payments.subscriptions.tables import Interval
from portal.placements.commands.booking import hold_sponsorships, price_booking
from portal.placements.commands.subscribing import choose_plan, offer_of
from portal.placements.queries import sponsors
from portal.placements.rules import sponsoring
from portal.placements.tables import Plan
from portal.placements.values import Pick
from portal.web.forms import Upload

PLANS = {"isarwerk-biologics": Plan.PREMIUM, "tessin-lyo": Plan.ENHANCED}
SPONSORS = ("isarwerk-biologics", "tessin-lyo", "halden-aseptics")
CATEGORY = ("sterile-drug-product", "Sterile drug product")
_COLOURS = {"isarwerk-biologics": "#0b6e7f", "tessin-lyo": "#7a3b8f", "halden-aseptics": "#b4541a"}
_CARD = {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "country": "DE"}


async def seed_market(*, payments: Payments, subscriptions: Subscriptions, media: Media, now: datetime) -> None:
    """Once, noted before it begins: what was interrupted shows less and is not bought twice. With a key of Stripe’s own
    nothing is bought."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'market'"):
        return
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'market', '{}')",
        now,
    )
    for slug in SPONSORS:
        await _logo(await _company(slug), media, now)
    if current().stripe_api_base:
        for slug, plan in PLANS.items():
            await _plan(await _company(slug), plan, subscriptions, now)
        for slug in SPONSORS:
            await _sponsor(await _company(slug), payments, now)
    await _claim(media, now)
    await send_correction(
        company_id=(await _company("halden-aseptics")).id, topic=CorrectionTopic.ADDRESS, now=now, evidence="",
        text="The switchboard has moved to the new building; the old number ends in a tone.", email="ingrid@fjordlys.example",
    )  # fmt: skip


async def _company(slug: str) -> KnownCompany:
    found = await companies.by_slug(slug)
    assert found is not None, slug
    return found


async def _logo(company: KnownCompany, media: Media, now: datetime) -> None:
    """A mark of its own: rings and bars in one colour."""
    picture = Image.new("RGB", (480, 480), "white")
    pen, colour = ImageDraw.Draw(picture), _COLOURS[company.slug]
    which = list(_COLOURS).index(company.slug)
    pen.ellipse((40, 40, 440, 440), outline=colour, width=40)
    for n in range(which + 1):
        left = 240 - 35 * (which + 1) + n * 70
        pen.rounded_rectangle((left + 12, 150 + 20 * n, left + 58, 330 - 20 * n), radius=20, fill=colour)
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    file = await media.store_image(
        Upload("logo", f"{company.slug}.png", stored), owner=Owner("company", str(company.id)), actor=PORTAL, now=now
    )
    profile = msgspec.structs.replace(company.profile, logo=file.key)
    await publishing.publish(actor=PORTAL, company_id=company.id, profile=profile, now=now, note="Logo added")


def _buyer(company: KnownCompany) -> Buyer:
    profile = company.profile
    return Buyer(
        email=profile.email or f"office@{company.slug}.example", name=profile.name, company=profile.name, country="DE",
        street=profile.street or "Werkstrasse 1", postal_code="82152", city=profile.city,
    )  # fmt: skip


async def _plan(company: KnownCompany, plan: Plan, subscriptions: Subscriptions, now: datetime) -> None:
    offer = offer_of(plan, Interval.YEAR)
    made = await choose_plan(
        actor=PORTAL, key=str(company.id), name=company.name, offer=offer, buyer=_buyer(company),
        return_path=f"/companies/{company.slug}/manage/plan", terms=current().terms_url, now=now,
    )  # fmt: skip
    await _pay(await subscriptions.start(made, product=offer.name), company.name)
    await subscriptions.settle(made)


async def _sponsor(company: KnownCompany, payments: Payments, now: datetime) -> None:
    category, name = CATEGORY
    number = await hold_sponsorships(
        actor=PORTAL, kind="company", key=str(company.id), title=company.name,
        picks={Pick(category, month): name for month in sponsoring.months(times.today(now))[:2]}, plan=Plan.FREE,
        manage_path=f"/companies/{company.slug}/manage/sponsorships", now=now,
    )  # fmt: skip
    booking = await sponsors.booking(number, kind="company", key=str(company.id))
    assert booking is not None
    purchase = await price_booking(booking=booking, buyer=_buyer(company), now=now)
    await _pay(await payments.start(purchase), company.name)
    await payments.settle(purchase)


async def _pay(page: str, name: str) -> None:
    async with httpx.AsyncClient(headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        answer = await browser.post(page, data={**_CARD, "name": name})
    assert answer.is_redirect, answer.status_code


def _paper(name: str) -> io.BytesIO:
    page = Image.new("RGB", (595, 842), "white")
    ImageDraw.Draw(page).multiline_text(
        (60, 80), f"Extract from a company register\n\n{name}\nDirector: R. Lindqvist", "black"
    )
    stored = io.BytesIO()
    page.save(stored, "PDF")
    return stored


async def _claim(media: Media, now: datetime) -> None:
    """Somebody speaks for a company of a register, by a document that an editor must read."""
    company = await db.fetch_one(
        "SELECT id, name FROM company WHERE organisation IS NULL AND state = 'public' ORDER BY completeness DESC, id LIMIT 1"
    )
    assert company is not None
    email, name = "runa@fjordveld.example", "Runa Lindqvist"
    actor = Actor(account_id=await ensure_account(email=email, name=name, now=now), email=email, name=name)
    wish = Wish(way=ClaimWay.DOCUMENT, organisation_name="Fjordveld Holding")
    claim = await claiming.claim(actor=actor, company_id=company["id"], wish=wish, network="demo", now=now)
    stored = await media.store_document(
        Upload("document", "register-extract.pdf", _paper(company["name"])), owner=Owner("claim"), actor=actor, now=now,
        visibility=Visibility.PRIVATE,
    )  # fmt: skip
    await handing_in.hand_in(actor=actor, claim_id=claim, key=stored.key, now=now)
