"""A few enquiries to the demo's companies: some answered, so that a response time is measured, one hidden, one that waits."""

from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import Actor
from portal.accounts.commands import ensure_account
from portal.core import db
from portal.directory.enquiries.commands import answering, ending, sending
from portal.directory.enquiries.commands.sending import Wish
from portal.directory.enquiries.tables import EnquiryKind, MessageKind
from portal.directory.enquiries.values import Line

_DESK = "desk@isarwerk.example"
_ISARWERK = "isarwerk-biologics"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An enquiry. `hours` is how long the one company asked took to give `answer`; without one it waits."""

    days_ago: int
    buyer: tuple[str, str, str]
    to: tuple[str, ...] = (_ISARWERK,)
    kind: EnquiryKind = EnquiryKind.QUOTE
    need: str
    lines: tuple[Line, ...] = ()
    needed_in: int | None = None
    blind: bool = False
    hours: int = 0
    answer: str = ""


_AMARA = ("amara@brennhof.example", "Amara Okonjo-Reuter", "Brennhof Arzneimittel")
_LYO = Line("Lyophilisation", "2 batches of 5,000 vials, 10R", "capability:lyophilisation")
_FILL = Line("Aseptic vial filling", "10 litres bulk", "capability:aseptic-vial-filling")
_AMPOULES = Line("Ampoule filling", "40,000 of 2 ml", "capability:ampoule-filling")
# What went to others, so that “Why not us” has something to say to Isarwerk.
_OWNERS = {
    _ISARWERK: (_DESK, "Anselm Oyelaran"),
    "halden-aseptics": ("ingrid.moe@haldenaseptics.example", "Ingrid Moe"),
    "tessin-lyo": ("carla.ferrini@tessinlyo.example", "Carla Ferrini"),
}
_ELSEWHERE = (
    (40, "halden-aseptics", (_FILL, _AMPOULES), ("mette@nordskov.example", "Mette Krag", "Nordskov Pharma"),
     "Ampoules for the Danish market, one batch a quarter."),
    (33, "halden-aseptics", (_FILL, _AMPOULES), ("luis@quintaverde.example", "Luis Abrantes", "Quinta Verde Saúde"),
     "We move a local anaesthetic from glass to glass: same ampoule, another site."),
    (22, "halden-aseptics", (_FILL, _AMPOULES), ("greta@lindwurm.example", "Greta Lindwurm", "Lindwurm Tierarznei"),
     "Veterinary ampoules, amber, break ring. Is 40,000 too few?"),
    (30, "tessin-lyo", (_LYO,), ("oksana@polaris-vet.example", "Oksana Bondar", "Polaris Vet"),
     "Lyophilised vaccine for cats, small vials, two batches a year."),
    (17, "tessin-lyo", (_LYO,), ("henk@duinpeptide.example", "Henk Duin", "Duin Peptide"),
     "A peptide that does not like water. Cycle of 70 hours today; we hope for less."),
    (9, "tessin-lyo", (_LYO,), ("sara@altopiano.example", "Sara Rossetti", "Altopiano Biotec"),
     "Second source for a lyophilised antibody, transfer in spring."),
)  # fmt: skip
ENQUIRIES = (
    *(
        Made(days_ago=days, to=(to,), lines=lines, buyer=buyer, need=need, hours=20 + n * 4, answer="Yes. Let us talk.")
        for n, (days, to, lines, buyer, need) in enumerate(_ELSEWHERE)
    ),
    Made(
        days_ago=26, buyer=("runa@fjordveld.example", "Runa Lindqvist", "Fjordveld Therapeutics"), lines=(_FILL,), hours=29,
        need="One clinical batch of a liquid antibody in 2R vials, with release in the EU.",
        answer="Gladly. We need the stability data you have, and a stopper you would accept.",
    ),
    Made(
        days_ago=19, buyer=("teun@maaslinde.example", "Teun Achterberg", "Maaslinde Biotech"), kind=EnquiryKind.QUESTION,
        need="Do you fill suspensions of liposomes, and what is your smallest batch?", hours=51,
        answer="Yes, from 300 vials on. The line is peristaltic; we would run a placebo first.",
    ),
    Made(
        days_ago=12, buyer=("piia@kaarnalab.example", "Piia Salonen", "Kaarna Labs"), lines=(_LYO,), hours=46, needed_in=200,
        need="Development of a freeze-drying cycle, then two engineering batches.",
        answer="We can start in eight weeks. The cycle takes three to four runs.",
    ),
    Made(
        days_ago=2, buyer=_AMARA, to=(_ISARWERK, "tessin-lyo", "sotavento-biologica"), lines=(_LYO, _FILL), blind=True,
        needed_in=280,
        need="Two engineering batches, 5,000 × 10R, lyophilised, OEB 4. Which line, and when could you begin?",
    ),
)  # fmt: skip


async def seed_enquiries(*, now: datetime) -> None:
    """Send and answer them, unless there are enquiries already."""
    if await db.fetch_value("SELECT EXISTS (SELECT FROM enquiry)"):
        return
    ids = {row["slug"]: row["id"] for row in await db.fetch("SELECT id, slug FROM company")}
    for n, made in enumerate(ENQUIRIES, 1):
        email, name, company = made.buyer
        at = now - timedelta(days=made.days_ago)
        wish = Wish(
            kind=made.kind, need=made.need, lines=made.lines, blind=made.blind, name=name, company=company,
            needed_by=at.date() + timedelta(days=made.needed_in) if made.needed_in else None,
        )  # fmt: skip
        stored = await sending.store(
            actor=await _actor(email, name, now), email=email, wish=wish, company_ids=[ids[slug] for slug in made.to], files=(),
            form_key=f"demo-{n}", now=at,
        )  # fmt: skip
        if made.answer:
            desk = await _actor(*_OWNERS[made.to[0]], now)
            recipient = await db.fetch_value("SELECT id FROM enquiry_recipient WHERE enquiry = $1", stored.id)
            await answering.see(actor=desk, recipient_id=recipient, now=at + timedelta(hours=3))
            await answering.answer(
                actor=desk, recipient_id=recipient, kind=MessageKind.YES, text=made.answer, reason=None, version=0,
                form_key=f"demo-{n}-answer", now=at + timedelta(hours=made.hours),
            )  # fmt: skip
    await ending.measure_response_times(now=now)


async def _actor(email: str, name: str, now: datetime) -> Actor:
    return Actor(account_id=await ensure_account(email=email, name=name, now=now), email=email, name=name)
