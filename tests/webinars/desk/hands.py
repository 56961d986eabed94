"""What tests of the desk do: ask and vote as people in the room do, decide as the crew does."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal.accounts import commands as accounts
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.webinars.commands import moderating, questions
from portal.webinars.queries import rooms
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.tables.taking_part import QuestionState
from portal.webinars.values import Participant, Room
from tests.factories import webinars

PASSWORD = "three vials on a line"
MARIT = Actor(account_id=0, email="marit@sterileline.example", name="Marit Solheim")
JUDITH = Actor(account_id=0, email="judith@sterileline.example", name="Judith Kerkhoven")
PENDING, APPROVED, DECLINED, MERGED = QuestionState


async def live(**settings: Any) -> webinars.Webinar:
    """A webinar that is live."""
    made = await webinars.make(starts_in=timedelta(minutes=10), **settings)
    await webinars.go(made, HostAction.GO_LIVE)
    return made


async def room_of(made: webinars.Webinar) -> Room:
    found = await rooms.by_id(made.webinar_id)
    assert found is not None
    return found


async def people(made: webinars.Webinar, count: int) -> list[Participant]:
    return [await webinars.join(made, f"p{number}@brennhof.example", f"P{number}") for number in range(count)]


async def account(name: str, email: str = "", *, staff: StaffRole | None = None) -> str:
    """Somebody who can sign in with `PASSWORD`, maybe of the publisher's staff; gives the address."""
    email = email or f"{name.partition(' ')[0].lower()}@sterileline.example"
    account_id = await accounts.ensure_account(email=email, name=name, now=clock.now())
    await accounts.set_password(account_id=account_id, password=PASSWORD, now=clock.now())
    if staff is not None:
        await accounts.grant_role(actor=PORTAL, email=email, role=staff, now=clock.now())
    return email


async def named(made: webinars.Webinar, email: str, role: CrewRole, name: str = "") -> None:
    """Put somebody on the crew's list."""
    await db.execute(
        "INSERT INTO webinar_crew (webinar, email, name, role, added_at) VALUES ($1, $2, $3, $4, now())",
        made.webinar_id, email, name, role.value,
    )  # fmt: skip
    await accounts.ensure_account(email=email, name="", now=clock.now())


async def asked(
    made: webinars.Webinar, who: Participant, text: str, *, votes: Sequence[Participant] = (),
    state: QuestionState = PENDING, anonymous: bool = False,
) -> int:  # fmt: skip
    """A question, approved where others vote for it."""
    room = await room_of(made)
    made_id = await questions.ask(room=room, who=who, text=text, anonymous=anonymous, now=clock.now())
    if state is APPROVED or votes:
        await decide(made, made_id, moderating.approve)
    elif state is DECLINED:
        await decide(made, made_id, moderating.decline)
    for voter in votes:
        await questions.vote(room=room, who=voter, question_id=made_id, now=clock.now())
    return made_id


async def decide(
    made: webinars.Webinar, question_id: int, how: Any, *, was: QuestionState = PENDING, **more: Any
) -> None:
    await how(
        webinar_id=made.webinar_id, question_id=question_id, was=was, **{"actor": MARIT, "now": clock.now(), **more}
    )


async def take_up(
    made: webinars.Webinar, question_id: int, instead: int | None = None, actor: Actor = MARIT, seconds: int = 0
) -> None:
    await moderating.take_up(
        webinar_id=made.webinar_id, question_id=question_id, instead=instead, actor=actor,
        now=clock.now() + timedelta(seconds=seconds),
    )  # fmt: skip


async def question(question_id: int) -> Any:
    return await db.fetch_one("SELECT * FROM webinar_question WHERE id = $1", question_id)
