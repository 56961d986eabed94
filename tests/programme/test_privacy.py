"""What programmes know of a person is shown to them, and erased when they wish."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from portal.core import clock, db
from portal.leads.commands import keep_wording
from portal.programme import privacy
from portal.programme.commands.places import sign_up
from tests.attending import Attending
from tests.programme.hands import address, make_house

AMARA = "amara@brennhof.example"
MAEVE = "maeve@kilmore.example"
_SPEAKS = """
INSERT INTO appearance (event, speaker, source_key, source_name, source_said, note, invited_at, answered_availability_at,
    recording_wording, recording_agreed_at)
VALUES ($1, $2, '', '', '{"bio": "Air.", "company": "Kilmore"}',
    'A lectern on the left.', $3, $3, (SELECT id FROM wording_of_consent LIMIT 1), $3) RETURNING id
"""


async def test_places_in_workshops_are_shown_and_go_to_others(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    for one, key in ((amara, "late"), (bob, "late"), (bob, "smoke"), (amara, "smoke")):
        await sign_up(seat_id=one.seat_id, session_id=(await house.workshop(key)).id, now=clock.now())
    await attending.work()
    known = await privacy.known_about(AMARA)
    assert [(one["what"], one["session"], one["state"]) for one in known] == [
        ("Workshop", "Late", "given"), ("Workshop", "Smoke", "waiting"),
    ]  # fmt: skip
    assert set(known[0]) - {"what"} <= set(privacy.LABELS)
    said = await privacy.forget(AMARA, clock.now())
    assert said.startswith("2 places or waits in workshops went to others")
    await house.tick()
    assert await house.state(amara) == {}
    assert await house.state(bob) == {"late": "given", "smoke": "given"}
    assert await privacy.forget("nobody@brennhof.example", clock.now()) == (
        "You had no place in a workshop; what was asked of you as a speaker is gone."
    )
    assert await privacy.known_about(address(9)) == []


async def test_what_a_speaker_was_asked_is_shown_and_erased(attending: Attending) -> None:
    house = await make_house(attending)
    now = clock.now()
    await keep_wording(kind="recording", key="", text="My session may be recorded.", now=now)
    speaker = await db.fetch_value(
        "INSERT INTO speaker (slug, name, email, job_title, company_name, bio, bio_html, website, photo, created_at, changed_at) "
        "VALUES ('maeve', 'Maeve Donnellan', $1, '', '', '', '', '', '', $2, $2) RETURNING id",
        MAEVE, now,
    )  # fmt: skip
    appearance = await db.fetch_value(_SPEAKS, house.shop.event_id, speaker, now)
    await db.execute(
        "INSERT INTO availability (appearance, starts_at, ends_at) VALUES ($1, $2, $3)",
        appearance, house.starts_at, house.starts_at + timedelta(hours=2),
    )  # fmt: skip
    (known,) = await privacy.known_about(MAEVE)
    assert (known["what"], known["agreed_to"], known["note"], known["imported"]) == (
        "You as a speaker at an event", "My session may be recorded.", "A lectern on the left.", "Kilmore\nAir.",
    )  # fmt: skip
    vienna = ZoneInfo("Europe/Vienna")
    begins, ends = (at.astimezone(vienna) for at in (house.starts_at, house.starts_at + timedelta(hours=2)))
    assert known["available"] == f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}"
    assert set(known) - {"what"} <= set(privacy.LABELS)
    await privacy.forget(MAEVE, now)
    assert await privacy.known_about(MAEVE) == []
    assert await db.fetch_value("SELECT count(*) FROM availability") == 0
