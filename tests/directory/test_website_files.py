"""Files of real websites: redirects, answers of other kinds, addresses that are not public, certificates."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from shutil import which

import pytest

from portal.directory.flows.names import Names
from portal.directory.flows.sites import Sites, is_public
from portal.directory.rules.claims import Found, proof
from portal.directory.rules.domains import Home
from tests.directory.network import HOME, TOKEN, NameServer, Website, proofs, website


@pytest.fixture
async def site(names: NameServer) -> AsyncIterator[Website]:
    """Websites, at which every name of the company's leads."""
    for host in ("isarwerk.example", "www.isarwerk.example", "files.isarwerk.example", "evil.example"):
        names.records[host] = {"A": ["127.0.0.1"]}
    async with website() as made:
        yield made


async def test_a_file_on_the_website(names: NameServer, site: Website) -> None:
    site.put("www.isarwerk.example", f"# ours\r\n{proof(TOKEN)}\r\n")
    found = await proofs(names, site.port).sites.look(HOME, TOKEN)
    assert found == Found(True, "The file at www.isarwerk.example holds the line.")
    assert site.asked == [("www.isarwerk.example", "/.well-known/tradefloor.txt")]


async def test_a_file_behind_a_redirect_within_the_domain(names: NameServer, site: Website) -> None:
    site.lead("www.isarwerk.example", "//isarwerk.example/.well-known/tradefloor.txt")
    site.lead("isarwerk.example", "http://files.isarwerk.example/t.txt?v=2", status=308)
    site.put("files.isarwerk.example", proof(TOKEN), path="/t.txt?v=2")
    assert (await proofs(names, site.port).sites.look(HOME, TOKEN)).holds


@pytest.mark.parametrize(
    "to",
    [
        "http://evil.example/.well-known/tradefloor.txt",
        "http://isarwerk.example.evil.example/",
        "http://evil-isarwerk.example/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://isarwerk.example:22/",
        "http://www.isarwerk.example@evil.example/",
        "https://isarwerk.example/",
        "file:///etc/passwd",
        "//evil.example/x",
        "http://[oops",
    ],
)
async def test_redirects_elsewhere_are_not_followed(names: NameServer, site: Website, to: str) -> None:
    site.lead("www.isarwerk.example", to)
    site.put("evil.example", proof(TOKEN))
    found = await proofs(names, site.port).sites.look(HOME, TOKEN)
    assert not found.holds
    assert found.words.startswith("www.isarwerk.example leads ")
    assert site.asked == [("www.isarwerk.example", "/.well-known/tradefloor.txt")]


async def test_redirects_without_an_end_are_given_up(names: NameServer, site: Website) -> None:
    site.lead("www.isarwerk.example", "/.well-known/tradefloor.txt")
    found = await proofs(names, site.port).sites.look(HOME, TOKEN)
    assert found.words == "www.isarwerk.example leads on from address to address without an end."
    assert len(site.asked) == 4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered with status 404 instead of the file."),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "answered with status 500 instead of the file."),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
            "answered with a web page instead",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x\n" * 100_000,
            "The file is larger than 10,000 bytes.",
        ),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x\n" * 500_000, "The file is larger than 10,000 bytes."),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe", "no line of it is the one asked for."),
        (b"nonsense\r\n\r\n", "could not be reached."),
        (b"", "could not be reached."),
    ],
)
async def test_websites_that_answer_otherwise(names: NameServer, site: Website, answer: bytes, words: str) -> None:
    site.pages["www.isarwerk.example", "/.well-known/tradefloor.txt"] = answer
    found = await proofs(names, site.port).sites.look(HOME, TOKEN)
    assert not found.holds
    assert words in found.words


async def test_a_website_that_says_nothing_is_left(names: NameServer, site: Website) -> None:
    site.stall = asyncio.Event()
    found = await proofs(names, site.port, patience=0.3).sites.look(HOME, TOKEN)
    assert found.words == "www.isarwerk.example did not answer in time."


async def test_a_website_nobody_serves(names: NameServer) -> None:
    found = await proofs(names).sites.look(HOME, TOKEN)
    assert found.words == "The name servers know no address of www.isarwerk.example."


@pytest.mark.parametrize(
    "addresses",
    [
        {"A": ["127.0.0.1"]},
        {"A": ["10.1.2.3"]},
        {"A": ["192.168.0.1"]},
        {"A": ["172.16.0.9"]},
        {"A": ["169.254.169.254"]},
        {"A": ["100.64.0.1"]},
        {"A": ["0.0.0.0"]},
        {"A": ["224.0.0.1"]},
        {"AAAA": ["::1"]},
        {"AAAA": ["fe80::1"]},
        {"AAAA": ["fd00::1"]},
        {"AAAA": ["::ffff:10.0.0.1"]},
        {"AAAA": ["64:ff9b::a00:1"]},
        {"AAAA": ["2002:a00:1::"]},
        {"A": ["93.184.215.14", "10.0.0.1"]},
        {"A": ["93.184.215.14"], "AAAA": ["::1"]},
    ],
)
async def test_no_private_network_is_asked(names: NameServer, addresses: dict[str, list[str]]) -> None:
    names.records["www.isarwerk.example"] = addresses
    found = await proofs(names).sites.look(HOME, TOKEN)
    assert found == Found(
        False, "www.isarwerk.example leads to an address that is not public. We only ask servers on the internet."
    )


async def test_with_a_port_for_tests_only_this_machine_is_asked(names: NameServer, site: Website) -> None:
    names.records["www.isarwerk.example"] = {"A": ["93.184.215.14"]}
    assert "not public" in (await proofs(names, site.port).sites.look(HOME, TOKEN)).words


@pytest.mark.parametrize(("address", "public"), [("93.184.215.14", True), ("2a00:1450:4001::1", True), ("::", False)])
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the company's website, and its key."""
    if which("openssl") is None:
        pytest.skip("no openssl on this machine: certificates of websites were not tried")
    folder = tmp_path_factory.mktemp("tls")
    crt, key = folder / "crt.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=www.isarwerk.example", "-addext", "subjectAltName=DNS:www.isarwerk.example", "-keyout", key,
         "-out", crt],
        check=True, capture_output=True,
    )  # fmt: skip
    return crt, key


@pytest.mark.parametrize(("host", "holds"), [("www.isarwerk.example", True), ("files.isarwerk.example", False)])
async def test_the_certificate_must_be_the_name_s(
    names: NameServer, certificate: tuple[Path, Path], host: str, holds: bool
) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(*certificate)
    names.records[host] = {"A": ["127.0.0.1"]}
    async with website(tls=served) as site:
        site.put(host, proof(TOKEN))
        asked = Names([names.address])
        trusting = Sites(asked, port=site.port, trusted=ssl.create_default_context(cafile=str(certificate[0])))
        found = await trusting.look(Home(host, HOME.domain), TOKEN)
        assert found.holds is holds
        assert holds or found.words.startswith(f"{host} shows no certificate that is valid for its name")
