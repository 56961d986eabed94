"""A website's domain as the list of suffixes sees it, addresses that are at it, and domains that prove nothing."""

import re

import httpx
import pytest

from portal.directory.rules import claims as rules
from portal.directory.rules.domains import Home, address_is_at, home_of, is_shared
from tests.directory.claiming import CLAIM, LEONIE, faults, start
from tests.directory.conftest import SignIn
from tests.directory.network import HOME
from tests.factories import companies


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


@pytest.mark.parametrize(
    "site", ["", "https://www.facebook.com/isarwerk", "https://gmail.com", "http://10.0.0.1/", "https://co.uk"]
)
async def test_without_a_domain_only_a_document_will_do(client: httpx.AsyncClient, sign_in: SignIn, site: str) -> None:
    await companies.make(**({"website": site} if "." in site else {}))
    leonie = await sign_in(LEONIE)
    page = await leonie.get(CLAIM)
    assert re.findall(r'name="way" value="(\w+)"', page.text) == ["document"]
    for way in ("code", "dns", "file"):
        answer = await start(leonie, way, email="a@facebook.com")
        assert (answer.status_code, list(faults(answer))) == (422, ["way"])
