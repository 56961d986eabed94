"""What an answer means, when a mail is tried again, what is an address."""

import json

import pytest

from portal.notifications import rules
from portal.notifications.values import Answer, Stage, Verdict
from tests import shared_data


@pytest.mark.parametrize(
    ("stage", "code", "words", "verdict"),
    [
        (Stage.CONTENT, 250, "2.0.0 queued", Verdict.ACCEPTED),
        (Stage.CONNECTION, 0, "took no connection", Verdict.LATER),
        (Stage.CONNECTION, 421, "too busy", Verdict.LATER),
        (Stage.CONNECTION, 535, "5.7.8 wrong password", Verdict.LATER),
        (Stage.CONNECTION, 554, "5.7.1 your host is blocked", Verdict.LATER),
        (Stage.SENDER, 550, "5.7.1 sender not allowed", Verdict.LATER),
        (Stage.RECIPIENT, 450, "4.2.0 greylisted", Verdict.LATER),
        (Stage.RECIPIENT, 550, "no such user", Verdict.ADDRESS_DOUBTED),
        (Stage.RECIPIENT, 550, "Blocked, see spamhaus", Verdict.ADDRESS_DOUBTED),
        (Stage.RECIPIENT, 550, "5.0.0 unknown", Verdict.ADDRESS_DOUBTED),
        (Stage.RECIPIENT, 550, "5.2.0 mailbox trouble", Verdict.REFUSED),
        (Stage.RECIPIENT, 550, "5.1.1 no such user", Verdict.ADDRESS_REFUSED),
        (Stage.RECIPIENT, 550, "5.1.10 null MX", Verdict.ADDRESS_REFUSED),
        (Stage.RECIPIENT, 550, "5.2.1 mailbox disabled", Verdict.ADDRESS_REFUSED),
        (Stage.RECIPIENT, 552, "5.2.2 mailbox full", Verdict.REFUSED),
        (Stage.RECIPIENT, 550, "5.1.8 bad sender's system", Verdict.REFUSED),
        (Stage.RECIPIENT, 550, "5.7.1 relaying denied", Verdict.REFUSED),
        (Stage.CONTENT, 554, "5.6.0 looks like spam", Verdict.REFUSED),
        (Stage.CONTENT, 0, "hung up after the mail itself", Verdict.LATER),
        (Stage.PORTAL, 0, "cannot be built", Verdict.IMPOSSIBLE),
    ],
)
def test_verdict(stage: Stage, code: int, words: str, verdict: Verdict) -> None:
    assert rules.verdict(Answer(stage, code, words)) is verdict


def test_waits_grow_and_end() -> None:
    waits = [rules.wait_after("orders", attempt) for attempt in range(1, 10)]
    assert [wait and wait.total_seconds() / 60 for wait in waits] == [1, 5, 15, 60, 240, 720, 720, 1080, None]
    assert [rules.worn_out("orders", attempt) for attempt in (1, 2, 9, 10, 11)] == [False, False, False, True, True]


def test_transactional_topics_cannot_be_switched_off() -> None:
    assert [rules.optional(topic) for topic in ("codes", "orders", "calendar", "waiting", "event-news")] == [
        False, False, False, False, True
    ]  # fmt: skip
    assert rules.title("event-news") == "Event news"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("amara@brennhof.example", "amara@brennhof.example"),
        ("amara@bücher.example", "amara@xn--bcher-kva.example"),
        ("münch@brennhof.example", "münch@brennhof.example"),
        ("o'hara+tickets@brennhof.example", "o'hara+tickets@brennhof.example"),
        ("Amara <amara@brennhof.example>", ""),
        ("amara@brennhof.example, other@x.example", ""),
        ("amara@brennhof.example\r\nRCPT TO:<x@y.example>", ""),
        ("amara@brennhof.example\n", ""),
        ("amara", ""),
        ("@brennhof.example", ""),
        ("amara@localhost", ""),
        ("a\x00b@brennhof.example", ""),
        ("\ud800@brennhof.example", ""),
        ("", ""),
    ],
)
def test_sendable(given: str, taken: str) -> None:
    assert rules.sendable(given) == taken


def test_no_collected_address_breaks_the_rule_or_an_smtp_line() -> None:
    lines = (shared_data.folder("edge-cases") / "email-addresses.jsonl").read_text().splitlines()
    given = [address for line in lines if isinstance(address := json.loads(line)["address"], str)]
    taken = {rules.sendable(address) for address in given}
    broken = [a for a in taken if any(c in a for c in "\r\n\0 <>,;") or (a and a.count("@") != 1)]
    assert broken == []
    assert "test@iana.org" in taken
