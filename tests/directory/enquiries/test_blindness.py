"""While names are hidden, nothing that reaches one side holds the other: every byte of pages, headers, mails and logs."""

import re
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from portal import wiring, worker
from portal.accounts.tables import MemberRole
from portal.core import db
from portal.core.settings import Settings
from tests.directory.conftest import SignIn
from tests.directory.enquiries.conftest import (
    BUYER,
    BUYER_COMPANY,
    BUYER_NAME,
    GUEST,
    SECRETS,
    World,
    ask,
    code_for,
    fields,
    hidden,
    manage,
    plain,
    reply,
)
from tests.media import made
from tests.notifications.receiver import Receiver

SUPPLIERS = ("Isarwerk", "isarwerk", "Halden", "halden", "Olga", "olga", "hanne", "Leonie", "Bachmair")
"""What must not be found on the buyer's side while the companies are hidden."""


class Seen:
    """Everything one side was sent."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, bytes]] = []

    async def get(self, client: httpx.AsyncClient, path: str) -> httpx.Response:
        return self.add(path, await client.get(path))

    def add(self, name: str, answer: httpx.Response) -> httpx.Response:
        heads = b"\n".join(key + b": " + value for key, value in answer.headers.raw)
        self.parts.append((name, heads + b"\n\n" + answer.content))
        return answer

    def found(self, secrets: Iterable[str]) -> list[tuple[str, str]]:
        known = [(secret, secret.encode().lower()) for secret in secrets]
        return [(name, secret) for name, content in self.parts for secret, raw in known if raw in content.lower()]


@pytest.fixture
async def receiver() -> Any:
    made_ = Receiver()
    await made_.start(enable_SMTPUTF8=True)
    yield made_
    await made_.stop()


async def deliver(receiver: Receiver) -> None:
    await worker.drain(wiring.services(Settings(portal_env="test", smtp_url=receiver.url)))  # type: ignore[call-arg]


def mailed(receiver: Receiver, to: str) -> Seen:
    """What a mail server was given for somebody: whole messages, decoded too."""
    seen = Seen()
    for envelope, message in zip(receiver.taken, receiver.messages(), strict=True):
        if to in envelope.rcpt_tos:
            seen.parts.append((str(message["subject"]), bytes(envelope.content)))  # type: ignore[arg-type]
            for part in message.walk():
                if not part.is_multipart():
                    seen.parts.append((f"{message['subject']}, decoded", part.get_payload(decode=True)))
    return seen


async def test_neither_side_learns_of_the_other_until_both_agree(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, hanne: httpx.AsyncClient, world: World, receiver: Receiver,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    capfd.readouterr()
    theirs, ours = Seen(), Seen()
    exif = made.photo().getexif()
    exif[0x010E], exif[0x013B] = "Velmora plant", BUYER_NAME
    uploads = [
        ("files", ("Velmora URS by Noor.pdf", made.pdf(), "application/pdf")),
        ("files", ("velmora-line.jpg", made.saved(made.photo(), "JPEG", exif=exif), "image/jpeg")),
    ]
    number = await ask(buyer, "isarwerk", "halden", files=uploads, blind="yes")
    await theirs.get(olga, manage("isarwerk"))
    page = await theirs.get(olga, manage("isarwerk", number))
    assert ("Hidden" in page.text, "a company address" in page.text) == (True, True)
    files = [href.split('"')[0] for href in page.text.split('href="/media/')[1:]]
    assert len(files) == 2
    for name in files:
        answer = await theirs.get(olga, f"/media/{name}")
        assert answer.status_code == 200
    assert "attachment-1.pdf" in page.text
    theirs.add("answer", await reply(olga, "isarwerk", number, text="We can do that in spring."))
    theirs.add("note", await olga.post(manage("isarwerk", f"{number}/notes"), data={"text": "Good fit"}))
    own = await ours.get(buyer, f"/enquiries/{number}")
    assert ("We can do that in spring." in own.text, "Supplier A" in own.text, "Supplier B" in own.text) == (True,) * 3
    position = await db.fetch_value("SELECT position FROM enquiry_recipient WHERE company = $1", world.isarwerk)
    ours.add("message", await buyer.post(
        f"/enquiries/{number}/suppliers/{position}/messages", data={"text": "Tell us more", "token": hidden(own.text, "token")},
    ))  # fmt: skip
    await ours.get(buyer, "/enquiries")
    theirs.add(
        "second",
        await olga.post(manage("isarwerk", f"{number}/messages"), data={"text": "Further detail", "token": "t1"}),
    )
    await theirs.get(olga, manage("isarwerk", number))
    await theirs.get(olga, f"{manage('isarwerk')}?view=answered")
    await theirs.get(olga, manage("isarwerk", "missed"))
    await theirs.get(hanne, manage("halden", number))
    await ours.get(buyer, f"/enquiries/{number}")
    await deliver(receiver)
    logs = "".join(capfd.readouterr())
    assert [word for word in (BUYER, BUYER_NAME, BUYER_COMPANY, "velmora", "olga@", "hanne@") if word in logs] == []
    assert theirs.found(SECRETS) == []
    assert ours.found(SUPPLIERS) == []
    to_olga, to_buyer = mailed(receiver, "olga@isarwerk.example"), mailed(receiver, BUYER)
    assert (len(to_olga.parts) > 0, len(to_buyer.parts) > 0) == (True, True)
    assert to_olga.found(SECRETS) == []
    assert to_buyer.found(SUPPLIERS) == []
    assert to_olga.found(["Tell us more", "Two engineering"]) == []
    assert to_buyer.found(["spring", "Further detail"]) == []
    assert await db.fetch_value("SELECT count(*) FROM disclosure") == 0

    agreed = await buyer.post(f"/enquiries/{number}/suppliers/{position}/agreement")
    assert agreed.status_code == 303
    known = (await olga.get(manage("isarwerk", number))).text
    assert (BUYER in known, BUYER_NAME in known, BUYER_COMPANY in known) == (True, True, True)
    mine = (await buyer.get(f"/enquiries/{number}")).text
    assert ("Isarwerk Biologics GmbH" in mine, "Halden" in mine) == (True, False)
    other = Seen()
    await other.get(hanne, manage("halden", number))
    assert other.found(SECRETS) == []
    rows = await db.fetch("SELECT email, recipient FROM disclosure")
    assert [tuple(row) for row in rows] == [(BUYER, "Isarwerk Biologics GmbH")]


async def test_agreeing_takes_both(buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World) -> None:
    number = await ask(buyer, blind="yes")
    early = await buyer.post(f"/enquiries/{number}/suppliers/0/agreement")
    assert (early.status_code, "The company has to say yes first." in early.text) == (409, True)
    await reply(olga, "isarwerk", number, kind="question", text="Which vial?")
    assert (await buyer.post(f"/enquiries/{number}/suppliers/0/agreement")).status_code == 409
    await reply(olga, "isarwerk", number)
    assert BUYER_NAME not in (await olga.get(manage("isarwerk", number))).text
    assert (await buyer.post(f"/enquiries/{number}/suppliers/0/agreement")).status_code == 303
    assert BUYER_NAME in (await olga.get(manage("isarwerk", number))).text


async def test_that_nobody_reads_for_a_company_does_not_say_which_it_is(
    buyer: httpx.AsyncClient, hanne: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "halden", "tessin", blind="1")
    page = (await buyer.get(f"/enquiries/{number}")).text
    one, other = (
        re.sub(r"Supplier [AB]|[sf]-?(text)?\d+", "", plain(block))
        for block in re.findall(r'<article class="card answer".*?</article>', page, re.S)
    )
    assert one == other
    assert "1 of them has nobody here who reads yet" in page
    await ask(buyer, "halden", "tessin", need="In the open")
    shown = (await buyer.get(f"/enquiries/{await db.fetch_value('SELECT number FROM enquiry WHERE NOT blind')}")).text
    assert shown.count("Nobody reads there yet") == 1


async def test_guests_are_hidden_as_well(
    client: httpx.AsyncClient, olga: httpx.AsyncClient, world: World, receiver: Receiver
) -> None:
    await client.post(
        "/enquiries/new", data=fields(email=GUEST, blind="yes", name="Quillon Person", company="Quillon Ltd")
    )
    done = await client.post("/account/enquiries/code", data={"code": await code_for(GUEST)})
    number = await db.fetch_value("SELECT number FROM enquiry")
    theirs, ours = Seen(), Seen()
    await theirs.get(olga, manage("isarwerk", number))
    theirs.add("answer", await reply(olga, "isarwerk", number))
    await ours.get(client, done.headers["location"])
    await deliver(receiver)
    secret = await db.fetch_value("SELECT secret FROM enquiry")
    hidden_words = [GUEST, "Quillon", secret]
    assert theirs.found(hidden_words) + mailed(receiver, "olga@isarwerk.example").found(hidden_words) == []
    assert ours.found(SUPPLIERS) + mailed(receiver, GUEST).found(SUPPLIERS) == []


async def test_without_hiding_the_company_reads_who_asks_and_that_is_noted_when_it_does(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk", "halden")
    assert await db.fetch_value("SELECT count(*) FROM disclosure") == 0
    page = (await olga.get(manage("isarwerk", number))).text
    assert (BUYER in page, BUYER_NAME in page) == (True, True)
    await olga.get(manage("isarwerk", number))
    rows = await db.fetch("SELECT email, recipient, what FROM disclosure")
    assert [(r["email"], r["recipient"], number in r["what"]) for r in rows] == [
        (BUYER, "Isarwerk Biologics GmbH", True)
    ]
    shown = (await buyer.get("/account/privacy")).text
    assert "Isarwerk Biologics GmbH" in shown


async def test_files_are_open_to_both_sides_only_and_after_a_yes_where_the_buyer_says_so(
    client: httpx.AsyncClient,
    buyer: httpx.AsyncClient,
    olga: httpx.AsyncClient,
    hanne: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    uploads = [("files", ("urs.pdf", made.pdf(), "application/pdf"))]
    number = await ask(buyer, files=uploads, files_after_yes="yes")
    key = await db.fetch_value("SELECT key FROM stored_file")
    address = f"/media/{key}/urs.pdf"
    stranger = await sign_in("stranger@example.org")
    for who, status in ((client, 404), (stranger, 404), (hanne, 404), (olga, 404), (buyer, 200)):
        assert (await who.get(address)).status_code == status
    page = (await olga.get(manage("isarwerk", number))).text
    assert ("They open once you have said yes." in page, key in page, "urs.pdf" in page) == (True, False, False)
    await reply(olga, "isarwerk", number)
    opened = await olga.get(address)
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "private, no-store")
    for who in (client, stranger, hanne):
        assert (await who.get(address)).status_code == 404


async def test_files_that_are_none_are_refused_and_nothing_is_sent(buyer: httpx.AsyncClient, world: World) -> None:
    uploads = [("files", ("urs.exe", b"MZ", "application/octet-stream"))]
    answer = await buyer.post("/enquiries/new", data=fields(), files=uploads)
    assert (answer.status_code, "Please choose a PDF" in answer.text, "urs.exe" in answer.text) == (422, True, True)
    many = [("files", (f"{n}.txt", b"text", "text/plain")) for n in range(6)]
    answer = await buyer.post("/enquiries/new", data=fields(), files=many)
    assert (answer.status_code, "Please choose 5 files at most." in answer.text) == (422, True), plain(answer.text)
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 0


async def test_members_with_the_least_role_see_no_more(buyer: httpx.AsyncClient, sign_in: SignIn, world: World) -> None:
    number = await ask(buyer, blind="yes")
    leo = await sign_in("leo@isarwerk.example", world.isarwerk_org, MemberRole.LEADS)
    seen = Seen()
    await seen.get(leo, manage("isarwerk", number))
    assert seen.found(SECRETS) == []
