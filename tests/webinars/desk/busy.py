"""A live room with something in every part of its desk."""

from datetime import timedelta

from portal.core import clock, db
from portal.webinars.commands import answering, desk_notes, moderating, moderating_chat, restricting
from portal.webinars.commands.chat import say
from portal.webinars.tables.rooms import Restriction
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.webinars.desk.hands import DECLINED, JUDITH, MARIT, asked, decide, live, room_of, take_up

_PEOPLE = (
    ("Kjersti", "Haugen", "QA manager", "Nordfjell Injectables"), ("Per", "Lindqvist", "", "Brennhof Pharma"),
    ("Amara", "Okonjo-Reuter", "Head of sterile operations", "Brennhof Pharma"), ("Tomás", "Ibarra", "QP", "Vaxalto"),
    ("Wilhelmina", "Achterberg-van den Heuvel", "Senior director of contamination control", "Rijnmond Biologics"),
    ("Jonas", "Petrauskas", "Validation engineer", "Baltivia"), ("Fleur", "Deschamps", "", "Atelier Lyo"),
)  # fmt: skip


_KINDS = (
    ("single", "closed", "Who owns the contamination control strategy at your site?"),
    ("open", "closed", "What would you ask an inspector if you could?"),
    ("rating", "open", "How ready is your site?"),
    ("multiple", "draft", "What do you want to hear about next?"),
)
_OPTIONS = ["Quality assurance", "A cross-functional team", "Manufacturing", "Nobody in particular"]
_FINDINGS = """Which of the 118 findings would you have missed yourself, and what did it take to see them? We have gone through
three rounds of gap analysis and are still surprised."""
_TYPED = "Yes, where the system is validated and the raw data stay readable for as long as the batch record."


async def busy_room() -> webinars.Webinar:
    """Questions in every pile, polls of every kind, chat, notes, people here, muted and removed."""
    made = await live()
    everybody = [
        await webinars.join(made, f"p{n}@brennhof.example", first, last, job=job, company=company)
        for n, (first, last, job, company) in enumerate(_PEOPLE)
    ]
    await _come(made, everybody[:5])
    await _ask(made, everybody)
    await _poll(made, [one.seat_id for one in everybody])
    await db.execute(
        "INSERT INTO webinar_resource (webinar, position, kind, title, url, shows_after, shown_at) VALUES "
        "($1, 1, 'link', 'Slides, 31 pages', 'https://slides.example/31', NULL, NULL), "
        "($1, 2, 'call', 'Book a visit to the training isolator', 'https://isarwerk.example/visit', 2400, NULL), "
        "($1, 3, 'link', 'CCS self-check, one page per room', 'https://slides.example/ccs', 600, now())", made.webinar_id,
    )  # fmt: skip
    await _talk(made, everybody)
    for who, kind, reason in (
        (everybody[1], Restriction.MUTED, "Advertises in the chat."), (everybody[6], Restriction.REMOVED, "Insults."),
    ):  # fmt: skip
        await restricting.restrict(
            webinar_id=made.webinar_id, seat_id=who.seat_id, kind=kind, reason=reason, actor=MARIT, now=clock.now()
        )
    return made


async def _come(made: webinars.Webinar, people: list[Participant]) -> None:
    now = clock.now()
    for here in people:
        await db.execute(
            "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, resume_at) "
            "VALUES ($1, $2, $3, $3, $4, 0)", made.webinar_id, here.seat_id, now, now + timedelta(hours=1),
        )  # fmt: skip


async def _ask(made: webinars.Webinar, everybody: list[Participant]) -> None:
    kjersti, per, amara, tomas, wilhelmina, jonas, fleur = everybody
    stage = await asked(
        made, kjersti, "Is one strategy for two sites enough if the rooms are built alike?", votes=everybody
    )
    await take_up(made, stage, seconds=244)
    await asked(made, tomas, "How many glove tests per shift did the best site run?", votes=everybody[:5])
    typed = await asked(
        made, per, "Do inspectors accept particle data without paper trend charts?", votes=everybody[1:4]
    )
    await answering.answer_in_writing(
        webinar_id=made.webinar_id, question_id=typed, had="", text=_TYPED, actor=JUDITH, now=clock.now()
    )
    await moderating.put_into_faq(webinar_id=made.webinar_id, question_id=typed, on=True)
    different = "Any difference between CDMO and own-product sites?"
    open_one = await asked(made, amara, different, votes=[per, jonas], anonymous=True)
    await asked(made, wilhelmina, _FINDINGS, anonymous=True)
    await asked(made, jonas, "Will the slides be shared?")
    same = await asked(made, fleur, "Is there a difference between CDMOs and sites with own products?")
    await decide(made, same, moderating.merge, into=open_one)
    await asked(made, fleur, "Who pays you?", state=DECLINED)


async def _talk(made: webinars.Webinar, everybody: list[Participant]) -> None:
    room, now = await room_of(made), clock.now()
    said = ("Good afternoon from Bergen.", "Buy cheap vials at vials.example!", "The sound is fine here.")
    lines = [await say(room=room, who=who, text=text, now=now) for who, text in zip(everybody, said, strict=False)]
    await moderating_chat.hide(webinar_id=made.webinar_id, message_id=lines[1], actor=MARIT, now=now)
    await moderating_chat.say_as_crew(webinar_id=made.webinar_id, text="Welcome, everybody.", actor=JUDITH, now=now)
    for text in ("Anselm, two minutes left for slide 14.", "Second poll after the glove tests, please."):
        await desk_notes.write_note(webinar_id=made.webinar_id, text=text, actor=JUDITH, now=now)


async def _poll(made: webinars.Webinar, seats: list[int]) -> None:
    for place, (kind, state, text) in enumerate(_KINDS):
        poll = await db.fetch_value(
            "INSERT INTO webinar_poll (webinar, position, kind, question, state, closed_at, opens_after) "
            "VALUES ($1, $2, $3, $4, $5::varchar, CASE $5::varchar WHEN 'closed' THEN now() END, "
            "CASE $5::varchar WHEN 'draft' THEN 2700 END) RETURNING id", made.webinar_id, place, kind, text, state,
        )  # fmt: skip
        if kind in ("single", "multiple"):
            await db.execute(
                "INSERT INTO webinar_poll_option (poll, position, label) SELECT $1, n, label "
                "FROM unnest($2::text[]) WITH ORDINALITY AS x (label, n)", poll, _OPTIONS,
            )  # fmt: skip
        if state == "draft":
            continue
        options = [row["id"] for row in await db.fetch("SELECT id FROM webinar_poll_option WHERE poll = $1", poll)]
        for number, seat in enumerate(seats):
            await db.execute(
                "INSERT INTO webinar_poll_answer (poll, seat, option, rating, words, several, at) "
                "VALUES ($1, $2, $3, $4, $5, false, now())", poll, seat, options[number % 3] if options else None,
                2 + number % 4 if kind == "rating" else None, f"What did you find at site {number}?" if kind == "open" else "",
            )  # fmt: skip
