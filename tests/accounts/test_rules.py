"""Passwords, codes, addresses to return to, time zones, waits."""

from datetime import datetime, timedelta

import pytest

from portal.accounts import passwords, rules
from portal.core.text import name_fault


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("three vials on a line", True),
        ("ten chars!", True),
        ("nine char", False),
        ("x1" * 100, True),
        ("x1" * 100 + "x", False),
        ("AMARA@Brennhof.example", False),
        ("password123", False),
        ("PassWord123", False),
        ("qwertyuiop", False),
        ("zzzzzzzzzzzz", False),
        ("        a ", True),
        ("名前の長い合言葉です。", True),
        ("\x00\x00\x01ten chars", True),
    ],
)
def test_a_password_needs_length_and_must_not_be_guessed_first(password: str, fine: bool) -> None:
    assert (rules.password_fault(password, email="amara@brennhof.example") == "") is fine


def test_the_local_part_alone_is_refused_as_well() -> None:
    assert rules.password_fault("amara.okonjo", email="amara.okonjo@brennhof.example") != ""


async def test_hashes_are_argon2id_with_owasps_parameters(dear_hashes: None) -> None:
    stored = await passwords.hashed("three vials on a line")
    assert stored.rsplit("$", 2)[0] == "$argon2id$v=19$m=19456,t=2,p=1"
    assert passwords.outdated(stored) is False
    assert await passwords.matches(stored, "three vials on a line")
    assert not await passwords.matches(stored, "three vials on a line ")


async def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, decomposed = "caf\u00e9 caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301 cafe\u0301"
    assert composed != decomposed
    assert await passwords.matches(await passwords.hashed(composed), decomposed)


async def test_half_characters_and_nul_can_be_in_a_password() -> None:
    odd = "\x00\ud800 odd password"
    assert await passwords.matches(await passwords.hashed(odd), odd)


async def test_what_is_no_hash_matches_nothing() -> None:
    for stored in ("", "!", "$argon2id$v=19$broken"):
        assert await passwords.matches(stored, "three vials on a line") is False


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"), ("123 456", "123456"), (" 123-456\n", "123456"), ("１２３４５６", "123456"),
        ("١٢٣٤٥٦", "123456"), ("000000", "000000"), ("12345", None), ("1234567", None), ("12345a", None),
        ("", None), ("12345Ⅵ", None), ("½23456", None), ("-123456", "123456"),
    ],
)  # fmt: skip
def test_six_digits_are_read_however_they_are_pasted(typed: str, code: str | None) -> None:
    assert rules.code_digits(typed) == code


@pytest.mark.parametrize(
    "given",
    [
        "", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/a\\..\\evil", "https://evil.example",
        "http:evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example", "/\t/evil.example", "/\n/evil",
        "/ /evil", " /account", "/é", "/\x00", "/a\r\nSet-Cookie: x=1", "?next=/", "#x", "/" + "a" * 600,
        "/account/sign-in", "/account/sign-in?next=/", "/account/sign-out", "/account/sign-up", "/account/reset",
    ],
)  # fmt: skip
def test_nothing_leads_elsewhere_after_signing_in(given: str) -> None:
    assert rules.safe_next(given) == "/account"


@pytest.mark.parametrize("given", ["/", "/events", "/events?q=a&page=2", "/orders/x%20y", "/account#address", "/a//b"])
def test_own_paths_are_kept(given: str) -> None:
    assert rules.safe_next(given) == given


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Vienna", "Europe/Vienna"), ("europe/vienna", "Europe/Vienna"), ("Vienna", "Europe/Vienna"),
        ("new york", "America/New_York"), ("UTC", "UTC"), ("Mars/Olympus", None), ("", None), ("../../etc/passwd", None),
    ],
)  # fmt: skip
def test_time_zones_are_found_by_city(typed: str, zone: str | None) -> None:
    assert rules.zone_named(typed) == zone


def test_the_wait_for_another_code_grows(now: datetime) -> None:
    waits = [int((rules.may_ask_again_at(now, sent) - now).total_seconds()) for sent in (1, 2, 3, 4, 5, 500)]
    assert waits == [60, 120, 240, 480, 600, 600]
    assert rules.may_ask_again_at(now, 1) == now + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "fine"), [("Amara Okonjo-Reuter", True), ("O’Neill & Søn A/S", True), ("Win at https://evil.example", False),
                       ("WWW.evil.example", False), ("evil.example/now", False), ("Dr. A. Okonjo", True)],
)  # fmt: skip
def test_names_carry_no_web_address_into_mails(name: str, fine: bool) -> None:
    assert (name_fault(name) == "") is fine
