"""The way to the mail server: its address, TLS, passwords, a server that behaves badly."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from shutil import which

import pytest
from aiosmtpd.smtp import AuthResult

from portal.notifications.sending.smtp import Server, Transport, read_url
from portal.notifications.values import Answer, Stage
from tests.notifications.conftest import Send, mail_row, message, queued
from tests.notifications.receiver import Receiver

CONTENT = b"Subject: x\r\n\r\nHello\r\n"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 587)),
        ("smtp://u%40x:p%2Fw@mail.example:2525", Server("mail.example", 2525, "u@x", "p/w")),
        ("smtps://u:p@mail.example", Server("mail.example", 465, "u", "p", implicit_tls=True, starttls=False)),
        ("smtp://127.0.0.1:1025", Server("127.0.0.1", 1025, starttls=False)),
        ("smtp://[::1]:1025", Server("::1", 1025, starttls=False)),
        ("smtp://localhost:1025?starttls=yes", Server("localhost", 1025, starttls=True)),
        ("smtp://relay.lan:25?starttls=no", Server("relay.lan", 25, starttls=False)),
    ],
)
def test_the_address_is_read(url: str, server: Server) -> None:
    assert read_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp://h:99999", "smtp://h?starttls=maybe",
     "smtp://user:geheim@relay.lan?starttls=no"],
)  # fmt: skip
def test_a_wrong_address_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_url(url)
    assert "geheim" not in str(refused.value)


def test_a_server_s_password_is_not_shown() -> None:
    assert repr(read_url("smtps://user:geheim@mail.example")) == "Server(mail.example:465)"


async def sent(way: Transport, *, recipient: str = "amara@brennhof.example") -> Answer:
    async with way.turn():
        return await way.send(CONTENT, sender="events@sterileline.example", recipient=recipient)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost`, and its key."""
    if which("openssl") is None:
        pytest.skip("no openssl on this machine: TLS to the mail server was not tried")
    folder = tmp_path_factory.mktemp("tls")
    crt, key = folder / "crt.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", crt],
        check=True, capture_output=True,
    )  # fmt: skip
    return crt, key


@pytest.fixture
async def secure(certificate: tuple[Path, Path]) -> AsyncIterator[Receiver]:
    """A server that demands STARTTLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    receiver = Receiver()

    def check(server: object, session: object, envelope: object, mechanism: str, login: object) -> AuthResult:
        good = (getattr(login, "login", b""), getattr(login, "password", b"")) == (b"portal", b"secret")
        return AuthResult(success=good, handled=False)

    await receiver.start(
        tls_context=context, require_starttls=True, authenticator=check, auth_required=True, auth_require_tls=True
    )
    yield receiver
    await receiver.stop()


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


async def test_starttls_and_password(secure: Receiver, certificate: tuple[Path, Path]) -> None:
    server = read_url(f"smtp://portal:secret@localhost:{secure.port}?starttls=yes")
    answer = await sent(Transport(server, tls=trusting(certificate)))
    assert (answer.code, len(secure.taken)) == (250, 1)


async def test_a_wrong_password_is_our_trouble(secure: Receiver, certificate: tuple[Path, Path]) -> None:
    server = read_url(f"smtp://portal:wrong@localhost:{secure.port}?starttls=yes")
    answer = await sent(Transport(server, tls=trusting(certificate)))
    assert (answer.stage, answer.code, secure.taken) == (Stage.CONNECTION, 535, [])


async def test_an_unknown_certificate_is_not_trusted(secure: Receiver) -> None:
    answer = await sent(Transport(read_url(f"smtp://portal:secret@localhost:{secure.port}?starttls=yes")))
    assert answer == Answer(Stage.CONNECTION, 0, "The mail server’s certificate is not valid for its name.")
    assert secure.taken == []


async def test_a_certificate_for_another_name_is_not_trusted(secure: Receiver, certificate: tuple[Path, Path]) -> None:
    server = read_url(f"smtp://portal:secret@127.0.0.1:{secure.port}?starttls=yes")
    answer = await sent(Transport(server, tls=trusting(certificate)))
    assert answer == Answer(Stage.CONNECTION, 0, "The mail server’s certificate is not valid for its name.")


async def test_a_server_without_starttls_gets_nothing(receiver: Receiver) -> None:
    answer = await sent(Transport(read_url(f"smtp://u:p@localhost:{receiver.port}?starttls=yes")))
    assert answer == Answer(Stage.CONNECTION, 0, "The mail server offers no encryption (STARTTLS).")
    assert receiver.taken == []


async def test_tls_from_the_start(certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    receiver = Receiver()
    await receiver.start(tls=context)
    way = Transport(read_url(f"smtps://localhost:{receiver.port}"), tls=trusting(certificate))
    assert (await sent(way)).code == 250
    await receiver.stop()


async def test_a_refusal_leaves_the_connection_for_the_next_mail(receiver: Receiver) -> None:
    receiver.refuse_recipient = lambda address: "550 no" if address.startswith("gone") else None
    way = Transport(read_url(receiver.url))
    async with way.turn():
        answers = [await sent(way, recipient=f"{name}@x.example") for name in ("a", "gone", "b")]
    assert ([answer.code for answer in answers], receiver.connections) == ([250, 550, 250], 1)


@asynccontextmanager
async def raw(*lines: bytes) -> AsyncIterator[str]:
    """A server that says these lines one after the other, whatever it hears, and hangs up; gives its address."""
    talks: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line + b"\r\n")
            await writer.drain()
            await reader.readline()
        writer.close()
        await writer.wait_closed()

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.ensure_future(talk(reader, writer)))

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*talks)
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((b"554 5.7.1 go away",), Answer(Stage.CONNECTION, 554, "5.7.1 go away")),
        ((b"220 hi", b"250 hi", b"550 5.1.8 not this sender"), Answer(Stage.SENDER, 550, "5.1.8 not this sender")),
        ((b"220 hi", b"250 hi", b"421 closing"), Answer(Stage.SENDER, 421, "closing")),
        ((b"220 hi", b"250 hi", b"250 ok"), Answer(Stage.RECIPIENT, 0, "The mail server hung up after the recipient.")),
    ],
)
async def test_a_server_that_behaves_badly(lines: tuple[bytes, ...], answer: Answer) -> None:
    async with raw(*lines) as url:
        assert await sent(Transport(read_url(url))) == answer


async def test_nonsense_from_the_server_is_tried_again(database: str, send: Send, now: datetime) -> None:
    mail = await queued(message(), now)
    async with raw(b"\xff\xfe nonsense") as url:
        assert await send(mail, now, url=url) == "deferred"
    assert (await mail_row(mail))["attempts"] == 1
