"""TXT records of a real name server: what proves, what does not, in words."""

import pytest
from pydantic import ValidationError

from portal.core import setting_types
from portal.core.settings import Settings
from portal.directory.rules.claims import Found, proof
from tests.directory.network import HOME, TOKEN, NameServer, proofs


async def record(names: NameServer, **more: float) -> Found:
    return await proofs(names, **more)._record(HOME, TOKEN)  # type: ignore[arg-type]


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
