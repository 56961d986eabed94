"""What the desk knows of a person is shown to them and erased; an assistant’s address takes nobody else along."""

import io

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.overtaking import mark
from portal.programme import privacy
from portal.programme.desk.commands import answer_recording
from portal.programme.desk.rules import usual_wording
from portal.speakers import privacy as speakers
from portal.speakers.commands import remove_speaker, save_own, set_email
from portal.speakers.queries import by_id
from portal.speakers.values import OwnFacts
from tests.accounts.conftest import Browser
from tests.media.made import pdf
from tests.programme.desk.made import MAEVE, Conference, conference, enter


@pytest.fixture
async def made(browser: Browser) -> Conference:
    """Maeve handed slides in and refused once and agreed then."""
    found = await conference()
    await enter(browser)
    number = found.sessions["First air"]
    await db.execute("UPDATE programme SET slides_at_once = true")
    sent = {f"slides-{number}": ("air.pdf", io.BytesIO(pdf(1)))}
    assert (await browser.client.post(found.at(f"/sessions/{number}/slides"), files=sent)).status_code == 303
    for agreed in (False, True):
        wording = await db.fetch_value("SELECT max(id) FROM wording_of_consent")
        await answer_recording(
            actor=PORTAL, addresses={MAEVE}, speaker_id=found.maeve, event_id=found.event, agreed=agreed,
            wording_id=wording or 0, usual=usual_wording("Forum", "Sterile Line"), now=clock.now(),
        )  # fmt: skip
    return found


async def files() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM stored_file WHERE owner_kind = 'slides'"))


async def test_slides_and_answers_are_shown(made: Conference) -> None:
    known = [one for one in await privacy.known_about(MAEVE) if one["what"] in ("Slides", "Being recorded")]
    assert [(one["what"], one.get("file"), one.get("answer")) for one in known] == [
        ("Slides", "air.pdf", None), ("Being recorded", None, "no"), ("Being recorded", None, "yes"),
    ]  # fmt: skip
    assert {name for one in known for name in one} - {"what"} <= set(privacy.LABELS)


async def test_erasing_leaves_no_file(made: Conference) -> None:
    await privacy.forget(MAEVE, clock.now())
    assert (
        await speakers.forget(MAEVE, clock.now()) == "You are on no programme any more; your page and photo are gone."
    )
    assert await files() == 0
    for table in ("slides", "recording_answer"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table}") == 0
    assert await privacy.known_about(MAEVE) == []


async def test_what_stood_on_the_page_before_is_shown_and_erased(made: Conference) -> None:
    stored = await by_id(made.maeve)
    assert stored is not None
    await save_own(
        actor=PORTAL, addresses={MAEVE}, speaker_id=made.maeve, seen=mark(stored.own), now=clock.now(),
        facts=OwnFacts(bio="New", links="https://social.example/maeve"),
    )  # fmt: skip
    known = await speakers.known_about(MAEVE)
    assert {one["what"]: one.get("links") or one.get("stood") for one in known} == {
        "You as a speaker": "https://social.example/maeve", "Your page as it was": "Director",
    }  # fmt: skip
    assert {name for one in known for name in one} - {"what", "name", "company"} <= set(speakers.LABELS)
    await speakers.forget(MAEVE, clock.now())
    held = await db.fetch_value("SELECT string_agg(facts::text, ' ') FROM audit_entry")
    assert "Director" not in held
    assert await db.fetch_value("SELECT count(*) FROM speaker_former") == 0


async def test_an_assistant_who_goes_takes_nobody_along(made: Conference) -> None:
    await set_email(actor=PORTAL, speaker_id=made.jo, email=MAEVE, now=clock.now())
    await privacy.forget(MAEVE, clock.now())
    assert (await speakers.forget(MAEVE, clock.now())).startswith("The address is off the 2 speakers it was kept for.")
    assert await db.fetch_value("SELECT array_agg(email) FROM speaker") == ["", ""]
    assert await db.fetch_value("SELECT count(*) FROM recording_answer") == 2
    assert await files() == 1


async def test_one_person_who_stands_there_twice_goes_whole(made: Conference) -> None:
    await db.execute("UPDATE speaker SET email = $1, name = 'MAEVE Donnellan' WHERE id = $2", MAEVE, made.jo)
    await privacy.forget(MAEVE, clock.now())
    await speakers.forget(MAEVE, clock.now())
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 0


async def test_a_file_goes_with_its_speaker(made: Conference, browser: Browser) -> None:
    key = await db.fetch_value("SELECT file FROM slides")
    assert (await browser.get(f"/media/{key}/air.pdf")).status_code == 200
    await remove_speaker(actor=PORTAL, speaker_id=made.maeve, now=clock.now())
    assert (await browser.get(f"/media/{key}/air.pdf")).status_code == 404
    assert await db.fetch_value("SELECT deleted_at IS NOT NULL FROM stored_file WHERE key = $1", key) is True
