"""The page of passes, what whoever gets one receives, and what it can do with it."""

import re
from email.message import EmailMessage

import httpx
from icalendar import Calendar

from portal.accounts.tables import MemberRole
from portal.core import db
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.factories.registration import make_shop
from tests.queries import counting

ADA = {"first_name": "Ada", "last_name": "Reuter", "email": "ada@isarwerk.example", "role": "Sales"}
BEN = {"first_name": "Ben", "last_name": "Sandhu", "email": "ben@isarwerk.example", "role": ""}


async def desk(sign_in: SignIn, passes: int = 2) -> tuple[Stand, httpx.AsyncClient, str]:
    shop = await make_shop(capacity=10)
    stand = await exhibitors.make(event_id=shop.event_id, passes=passes)
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    return stand, editor, f"{stand.exhibitor.address}/passes"


def to(attending: Attending, address: str) -> list[EmailMessage]:
    return [mail for mail in attending.receiver.messages() if mail["To"] == address]


def invitation(mail: EmailMessage) -> tuple[str, str]:
    """Method and status of the calendar message inside."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    found = Calendar.from_ical(part.get_payload(decode=True))
    return str(found["METHOD"]), str(found.walk("VEVENT")[0]["UID"])


async def test_whoever_gets_a_pass_can_come(attending: Attending, sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in)
    given = await editor.post(at, data=ADA)
    assert (given.status_code, given.headers["location"]) == (303, at)
    await attending.work()
    (mail,) = to(attending, "ada@isarwerk.example")
    assert mail["Subject"].startswith("Your exhibitor pass: Fill & Finish Forum")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Leonie Bachmair gave you a staff pass of Isarwerk Biologics GmbH" in text.get_content().replace("\n", " ")
    assert invitation(mail)[0] == "REQUEST"
    assert [part.get_filename() for part in mail.walk() if part.get_content_type() == "application/pdf"] != []
    address = re.search(r"/orders/\S+", text.get_content())
    assert address is not None
    page = await attending.client.get(address[0])
    assert page.status_code == 200
    listed = await editor.get(at)
    assert "Ada Reuter" in listed.text
    assert "Ticket sent" in listed.text
    assert "1 of 2 passes given" in listed.text


async def test_a_pass_that_goes_on_is_told_to_both(attending: Attending, sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in)
    await editor.post(at, data=ADA)
    await attending.work()
    made = await db.fetch_value("SELECT id FROM exhibitor_pass")
    form = await editor.get(f"{at}/{made}")
    assert 'value="ada@isarwerk.example"' in form.text
    moved = await editor.post(f"{at}/{made}", data=BEN)
    assert moved.status_code == 303
    await attending.work()
    (_, gone), (came,) = to(attending, "ada@isarwerk.example"), to(attending, "ben@isarwerk.example")
    assert gone["Subject"].startswith("No longer yours")
    assert (invitation(gone)[0], invitation(came)[0]) == ("CANCEL", "REQUEST")
    assert invitation(gone)[1] == invitation(came)[1]
    ended = await editor.post(f"{at}/{made}/removal")
    assert ended.status_code == 303
    await attending.work()
    assert to(attending, "ben@isarwerk.example")[1]["Subject"].startswith("No longer yours")
    assert "Nobody has a pass yet" in (await editor.get(at)).text


async def test_a_ticket_is_sent_again(attending: Attending, sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in)
    await editor.post(at, data=ADA)
    await attending.work()
    made = await db.fetch_value("SELECT id FROM exhibitor_pass")
    assert (await editor.post(f"{at}/{made}/mail")).status_code == 303
    await attending.work()
    assert len(to(attending, "ada@isarwerk.example")) == 2


async def test_what_is_wrong_stands_beside_its_field(sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in, passes=1)
    refused = await editor.post(at, data={**ADA, "email": "ada(at)isarwerk", "first_name": ""})
    assert refused.status_code == 422
    assert 'id="f-email-e"' in refused.text
    assert 'id="f-first_name-e"' in refused.text
    assert 'value="ada(at)isarwerk"' in refused.text
    await editor.post(at, data=ADA)
    again = await editor.post(at, data=BEN)
    assert again.status_code == 409
    assert "Your pass is given." in again.text
    assert 'value="ben@isarwerk.example"' in again.text
    made = await db.fetch_value("SELECT id FROM exhibitor_pass")
    wrong = await editor.post(f"{at}/{made}", data={**BEN, "last_name": ""})
    assert (wrong.status_code, 'id="f-last_name-e"' in wrong.text) == (422, True)
    badge = await editor.post(f"{at}/badge", data={"badge": "see https://isarwerk.example"})
    assert (badge.status_code, 'id="f-badge-e"' in badge.text) == (422, True)
    assert (await editor.post(f"{at}/guests")).status_code == 409


async def test_an_address_has_one_pass_of_a_company(sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in)
    await editor.post(at, data=ADA)
    twice = await editor.post(at, data={**BEN, "email": "ADA@isarwerk.example"})
    assert twice.status_code == 422
    assert "ada@isarwerk.example has a pass of yours already." in twice.text


async def test_the_guests_code_leads_to_their_ticket(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    await db.execute("UPDATE exhibition_package SET guests = 5, guest_discount = 50")
    assert "5 customers of yours can come for 50% less" in (await editor.get(at)).text
    assert (await editor.post(f"{at}/guests")).status_code == 303
    page = await editor.get(at)
    code = await db.fetch_value("SELECT code FROM promo_code")
    assert "0 of 5" in page.text
    visitor = await editor.get(f"/events/{stand.exhibitor.event_slug}/register", params={"code": code})
    assert "Guest of an exhibitor" in visitor.text
    plain = await editor.get(f"/events/{stand.exhibitor.event_slug}/register")
    assert "Guest of an exhibitor" not in plain.text
    assert "Exhibitor staff" not in plain.text


async def test_thirty_passes_take_as_many_queries_as_one(sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in, passes=30)
    counts = []
    for more in (1, 29):
        for number in range(more):
            answer = await editor.post(at, data={**ADA, "email": f"{more}-{number}@isarwerk.example"})
            assert answer.status_code == 303
        async with counting() as seen:
            page = await editor.get(at)
        assert page.text.count("Ticket on its way") == len(counts) * 29 + 1
        counts.append(len(seen))
    assert counts[0] == counts[1]
