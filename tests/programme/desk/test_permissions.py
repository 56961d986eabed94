"""Each act for itself, below the pages: who proved another address, or none, changes nothing."""

from collections.abc import Awaitable, Callable

import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Forbidden, NotFound
from portal.programme.desk import commands, inviting, readiness
from portal.speakers.commands import save_own, set_email, set_photo
from portal.speakers.values import OwnFacts
from tests.programme.desk.made import JO, MAEVE, Conference, conference

NOBODY = Actor(account_id=0, email=JO, name="speaker 2")
Act = Callable[[Conference, set[str]], Awaitable[object]]


def own(command: Callable[..., Awaitable[object]], **more: object) -> Act:
    def act(made: Conference, addresses: set[str]) -> Awaitable[object]:
        given = {name: value(made) if callable(value) else value for name, value in more.items()}
        return command(actor=NOBODY, addresses=addresses, speaker_id=made.maeve, now=clock.now(), **given)

    return act


def event(made: Conference) -> int:
    return made.event


def session(made: Conference) -> int:
    return made.sessions["First air"]


ACTS = {
    "profile": own(save_own, facts=OwnFacts(bio="x"), seen=""),
    "photo": own(set_photo, photo="x"),
    "availability": own(commands.answer_availability, event_id=event, spans=[]),
    "recording": own(commands.answer_recording, event_id=event, agreed=False, wording_id=0, usual="May we?"),
    "note": own(commands.write_note, event_id=event, note="x"),
    "slides": own(commands.add_slides, session_id=session, file="x"),
    "withdrawal": own(commands.withdraw_slides, slides_id=1),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("addresses", [{JO}, {""}, set(), {MAEVE.upper()}], ids=["another", "empty", "none", "upper"])
async def test_another_address_changes_nothing(database: str, act: Act, addresses: set[str]) -> None:
    made = await conference()
    await db.execute(
        "INSERT INTO slides (session, speaker, version, file, uploaded_at) VALUES ($1, $2, 1, 'f', now())",
        made.sessions["First air"], made.maeve,
    )  # fmt: skip
    before = await everything()
    with pytest.raises(NotFound):
        await act(made, addresses)
    # Who has no address is nobody’s, whatever was proved.
    await set_email(actor=PORTAL, speaker_id=made.maeve, email="", now=clock.now())
    with pytest.raises(NotFound):
        await act(made, addresses)
    assert await everything() == before


async def everything() -> list[object]:
    tables = ("appearance", "availability", "recording_answer", "slides", "programme_session", "wording_of_consent")
    told: list[object] = [await db.fetch_value("SELECT array_agg(bio || photo ORDER BY id) FROM speaker")]
    return told + [[tuple(row) for row in await db.fetch(f"SELECT * FROM {table} ORDER BY 1")] for table in tables]


@pytest.mark.parametrize("role", [None, StaffRole.FINANCE, StaffRole.DOOR, StaffRole.SUPPORT])
async def test_other_staff_neither_write_nor_release(database: str, role: StaffRole | None) -> None:
    made = await conference()
    actor = Actor(account_id=9, email="f@sterileline.example", name="F", roles=frozenset({role} if role else ()))
    now = clock.now()
    wanted = await readiness.settings(made.event)
    acts = (
        inviting.invite(actor=actor, event_id=made.event, speaker_id=made.jo, email=JO, now=now),
        inviting.remind(actor=actor, event_id=made.event, now=now),
        inviting.set_up(actor=actor, event_id=made.event, wanted=wanted, seen="", now=now),
        inviting.release_slides(actor=actor, event_id=made.event, now=now),
        inviting.hide_slides(actor=actor, event_id=made.event, slides_id=1, now=now),
        inviting.do_not_record(actor=actor, event_id=made.event, session_id=1, now=now),
        set_email(actor=actor, speaker_id=made.jo, email="", now=now),
    )
    for act in acts:
        with pytest.raises(Forbidden):
            await act
