"""The crew: named by hosts, told by mail, let in by verified address; dismissed, it is out at once."""

from collections.abc import AsyncIterator

import pytest

from portal import wiring, worker
from portal.core import db
from portal.core.settings import Settings
from portal.webinars.tables.rooms import CrewRole
from tests.notifications.receiver import Receiver, words
from tests.paying import text_of
from tests.webinars.desk.conftest import AtDesk
from tests.webinars.desk.hands import live

ANSELM = {"email": "Anselm@Isarwerk.example", "name": "Dr. Anselm Oyelaran", "role": "speaker"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    opened = Receiver()
    await opened.start()
    yield opened
    await opened.stop()


async def test_a_host_names_the_crew_and_they_are_told(at_desk: AtDesk, receiver: Receiver) -> None:
    made = await live()
    host = await at_desk(made, CrewRole.HOST)
    assert (await host.post(f"{made.desk}/crew", data=ANSELM)).headers["location"] == f"{made.desk}/crew"
    assert "Dr. Anselm Oyelaran anselm@isarwerk.example · has not signed in yet" in text_of(
        await host.get(f"{made.desk}/crew")
    )
    await worker.drain(wiring.services(Settings(portal_env="test", smtp_url=receiver.url)))  # type: ignore[call-arg]
    [mail] = receiver.messages()
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert (mail["to"], "You were named speaker" in words(plain)) == ("anselm@isarwerk.example", True)
    assert f"http://localhost:8000{made.desk}" in words(plain)
    anselm = await at_desk(name="A. O.", email="anselm@isarwerk.example")
    assert "Dr. Anselm Oyelaran, speaker" in text_of(await anselm.get(made.desk))
    member = await db.fetch_value("SELECT id FROM webinar_crew WHERE role = 'speaker'")
    await host.post(f"{made.desk}/crew/{member}/role", data={"role": "moderator"})
    assert "Dr. Anselm Oyelaran, moderator" in text_of(await anselm.get(made.desk))
    await host.post(f"{made.desk}/crew/{member}/removal")
    assert (await anselm.get(made.desk)).status_code == 403
    again = await host.post(f"{made.desk}/crew/{member}/role", data={"role": "host"})
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"email": "anselm"}, 422, "it should look like name@company.com"), ({"role": "king"}, 422, "Please choose a role."),
        ({"name": "See www.vials.example/now"}, 422, "name"), ({"email": "marit@sterileline.example"}, 409, "in the crew"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_kept(at_desk: AtDesk, wrong: dict[str, str], status: int, said: str) -> None:
    made = await live()
    host = await at_desk(made, CrewRole.HOST)
    refused = await host.post(f"{made.desk}/crew", data={**ANSELM, **wrong})
    assert (refused.status_code, said in text_of(refused)) == (status, True)
    assert f'value="{wrong.get("email", ANSELM["email"])}"' in refused.text
    assert await db.fetch_value("SELECT count(*) FROM webinar_crew") == 1
