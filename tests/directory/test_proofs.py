"""What a company can show: its domain as the suffix list sees it, TXT records of a real name server, files of real
websites, and everything that is none of these."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from shutil import which

import pytest
from pydantic import ValidationError

from portal.core import setting_types
from portal.core.settings import Settings
from portal.directory.flows.claims import Proofs
from portal.directory.flows.names import Names
from portal.directory.flows.sites import Sites, is_public
from portal.directory.rules import claims as rules
from portal.directory.rules.claims import Found, proof
from portal.directory.rules.domains import Home, address_is_at, home_of, is_shared
from tests.directory.network import NameServer, Website, name_server, website

HOME = Home("www.isarwerk.example", "isarwerk.example")
TOKEN = "kT3vPq9_x"


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server() as server:
        yield server


@pytest.fixture
async def site(names: NameServer) -> AsyncIterator[Website]:
    """Websites, at which every name of the company's leads."""
    for host in ("isarwerk.example", "www.isarwerk.example", "files.isarwerk.example", "evil.example"):
        names.records[host] = {"A": ["127.0.0.1"]}
    async with website() as made:
        yield made


def proofs(names: NameServer, port: int = 0, patience: float = 3.0) -> Proofs:
    asked = Names([names.address], patience=patience)
    return Proofs(asked, Sites(asked, port=port, patience=patience))


async def record(names: NameServer, **more: float) -> Found:
    return await proofs(names, **more)._record(HOME, TOKEN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("website_address", "home"),
    [
        ("https://www.Isarwerk.example/en/", HOME),
        ("https://shop.isarwerk.co.uk", Home("shop.isarwerk.co.uk", "isarwerk.co.uk")),
        ("https://isarwerk.github.io/x", Home("isarwerk.github.io", "isarwerk.github.io")),
        ("https://münchen-lyo.de.:8443/", Home("xn--mnchen-lyo-9db.de", "xn--mnchen-lyo-9db.de")),
        ("https://isarwerk.example@evil.example/", Home("evil.example", "evil.example")),
        ("https://co.uk", None),
        ("https://github.io", None),
        ("http://127.0.0.1:8000", None),
        ("http://0x7f.1", None),
        ("http://[::1]/", None),
        ("http://localhost", None),
        ("", None),
        ("https://a_b.example", None),
        ("https://[oops", None),
    ],
)
def test_a_website_s_domain_is_what_was_registered(website_address: str, home: Home | None) -> None:
    assert home_of(website_address) == home


@pytest.mark.parametrize(
    ("email", "fits"),
    [
        ("leonie@isarwerk.example", True),
        ("leonie@mail.isarwerk.example", True),
        ("leonie@ISARWERK.example", True),
        ("leonie@evil-isarwerk.example", False),
        ("leonie@isarwerk.example.evil.com", False),
        ("leonie@isarwerk.example.example", False),
        ("leonie@xisarwerk.example", False),
        ("leonie@іsarwerk.example", False),  # a Cyrillic letter
        ("leonie@isarwerk.exаmple", False),
        ("isarwerk.example@gmail.com", False),
        ("leonie@example", False),
        ("", False),
    ],
)
def test_an_address_is_at_the_domain_or_it_is_not(email: str, fits: bool) -> None:
    assert address_is_at(email, "isarwerk.example") is fits


def test_what_is_let_to_others_below_a_domain_is_not_the_domain() -> None:
    assert address_is_at("x@amazonaws.com", "amazonaws.com")
    assert not address_is_at("x@bucket.s3.amazonaws.com", "amazonaws.com")


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "web.de", "qq.com", "onet.pl", "gmx.li", "tutanota.com", "linkedin.com", "facebook.com", "business.site",
        "webnode.com", "jimdosite.com", "godaddysites.com", "exportersindia.com", "tradeindia.com", "europages.co.uk", "bit.ly",
    ],
)  # fmt: skip
def test_shared_domains_prove_nothing(domain: str) -> None:
    assert is_shared(domain)
    assert rules.no_home(Home(domain, domain)).startswith(f"The profile’s website is at {domain}, which is shared")
    assert rules.no_home(HOME) == ""


def test_looks_come_soon_then_rarely_and_end_after_a_week() -> None:
    asked = at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    looks = []
    while (then := rules.next_look(asked_at=asked, now=at)) is not None:
        looks.append(then - at)
        at = then
    assert looks[0] == timedelta(minutes=10)
    assert looks == sorted(looks)
    assert (looks[-1], len(looks)) == (timedelta(hours=6), 51)
    assert asked + timedelta(days=6, hours=12) < at < asked + timedelta(days=7)


async def test_a_record_at_its_own_name_or_at_the_apex(names: NameServer) -> None:
    names.records["_tradefloor.isarwerk.example"] = {"TXT": ["v=something", proof(TOKEN)]}
    assert await record(names) == Found(True, "The record _tradefloor.isarwerk.example holds the text.")
    del names.records["_tradefloor.isarwerk.example"]
    names.records["isarwerk.example"] = {"TXT": ["v=spf1 -all", f" {proof(TOKEN)} "]}
    assert await record(names) == Found(True, "A TXT record of isarwerk.example holds the text.")


async def test_a_record_may_lead_on_by_cname(names: NameServer) -> None:
    names.records["_tradefloor.isarwerk.example"] = {"CNAME": ["proofs.registrar.example"]}
    names.records["proofs.registrar.example"] = {"TXT": [proof(TOKEN)]}
    assert (await record(names)).holds


async def test_a_long_answer_comes_over_tcp(names: NameServer) -> None:
    names.records["isarwerk.example"] = {"TXT": [f"{n} " + "x" * 400 for n in range(60)] + [proof(TOKEN)]}
    assert (await record(names)).holds
    assert ("isarwerk.example", "TXT", "tcp") in names.asked


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({}, "There is no record _tradefloor.isarwerk.example, and isarwerk.example has no TXT record."),
        (
            {"isarwerk.example": {"A": ["127.0.0.1"]}},
            "There is no record _tradefloor.isarwerk.example, and isarwerk.example has no TXT record.",
        ),
        (
            {"isarwerk.example": {"TXT": ["v=spf1 -all"]}},
            "There is no record _tradefloor.isarwerk.example, and no TXT record of isarwerk.example is the text asked for.",
        ),
        (
            {"_tradefloor.isarwerk.example": {"TXT": ["tradefloor-claim=of somebody else"]}},
            "The record _tradefloor.isarwerk.example says “tradefloor-claim=of somebody else”, which is not the text asked for.",
        ),
        (
            {"_tradefloor.isarwerk.example": {"TXT": [TOKEN]}},
            f"The record _tradefloor.isarwerk.example says “{TOKEN}”, which is not the text asked for.",
        ),
        (
            {"evil.example": {"TXT": [proof(TOKEN)]}, "www.isarwerk.example": {"TXT": [proof(TOKEN)]}},
            "There is no record _tradefloor.isarwerk.example, and isarwerk.example has no TXT record.",
        ),
    ],
)
async def test_what_is_no_proof_is_said_in_words(
    names: NameServer, records: dict[str, dict[str, list[str]]], words: str
) -> None:
    names.records = records
    assert await record(names) == Found(False, words)


async def test_silence_and_errors_of_name_servers_are_said(names: NameServer) -> None:
    names.broken = {"_tradefloor.isarwerk.example"}
    assert (await record(names)).words.startswith("The name servers answered with an error")
    names.broken, names.silent = set(), {"isarwerk.example", "_tradefloor.isarwerk.example"}
    found = await record(names, patience=0.2)
    assert (found.holds, found.words) == (
        False,
        "The name servers did not answer in time when asked for _tradefloor.isarwerk.example.",
    )


async def test_control_characters_of_a_record_do_not_reach_the_database(names: NameServer) -> None:
    names.records["_tradefloor.isarwerk.example"] = {"TXT": ["a\\000b"]}
    assert "\x00" not in (await record(names)).words


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


def test_settings_of_the_network_are_checked() -> None:
    assert setting_types.name_servers("9.9.9.9, 127.0.0.1:5353, [2620:fe::fe]:54, 2620:fe::9") == [
        ("9.9.9.9", 53), ("127.0.0.1", 5353), ("2620:fe::fe", 54), ("2620:fe::9", 53),
    ]  # fmt: skip
    for wrong in ("dns.example", "9.9.9.9:0", "9.9.9.9:70000", "300.1.1.1"):
        with pytest.raises(ValidationError):
            Settings(name_servers=wrong)  # type: ignore[call-arg]
    told = "".join(
        Settings.model_construct(portal_env="production", claim_file_port=8080)._faults_of_production()  # type: ignore[call-arg]
    )
    assert "CLAIM_FILE_PORT must be 0" in told
