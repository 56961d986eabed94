"""The chain: nobody changes or deletes a record, many write at once, and a check finds any single change of an export."""

import asyncio
import copy
import json
from typing import Any

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core import clock, db
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import commands, queries
from portal.leads.chain import digests, exports
from portal.leads.chain.checking import Fault, agrees, check
from portal.leads.chain.commands import note_lead
from portal.leads.chain.exports import Record, export, public_key
from portal.leads.chain.values import Noted
from portal.leads.withdrawing import withdraw_consent
from tests.factories import scans
from tests.factories.scans import Hall

KEY = "0" * 32


def made(*payloads: dict[str, Any], erased: tuple[int, ...] = (), ends: tuple[int, ...] = ()) -> dict[str, Any]:
    """An export of a chain with these payloads, as JSON; those of `erased` are empty, those of `ends` tell of a withdrawal."""
    records: list[Record] = []
    previous = digests.beginning(KEY)
    for seq, payload in enumerate(payloads, 1):
        kind, lead, salt = ("withdrawal" if seq in ends else "note"), "7Q4K2M9D", f"{seq:032x}"
        at, said = f"2027-02-09T08:00:00.{seq:06d}Z", digests.payload_digest(salt, payload)
        digest = digests.digest(previous, seq, lead, kind, at, said)
        gone = seq in erased
        records.append(
            Record(seq=seq, lead=lead, kind=kind, at=at, payload=None if gone else payload, salt=None if gone else salt,
                   payload_digest=said, previous=previous, digest=digest)
        )  # fmt: skip
        previous = digest
    text = export(chain=KEY, company="Isarwerk", event="Forum", records=records, head=previous, now=clock.now())
    found: dict[str, Any] = json.loads(text)
    return found


def verdict(found: Any) -> Any:
    return check(json.dumps(found), public_key())


PLAIN = made(
    {"text": "Wants vials"}, {"tags": ["lyo", "ä"]}, {"rating": "hot"}, {"text": "x"}, {}, erased=(4,), ends=(5,)
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in an export that can be another value."""
    if isinstance(value, dict) and value:
        return [path for name, inner in value.items() for path in _paths(inner, (*at, name))]
    if isinstance(value, list) and value:
        return [path for place, inner in enumerate(value) for path in _paths(inner, (*at, place))]
    return [at]


def _put(found: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = value


def test_what_was_exported_is_valid_with_its_empty_records() -> None:
    said = verdict(PLAIN)
    assert (said.fault, said.records, said.erased, said.erased_since) == (None, 5, 1, ())
    # Written anew by an editor, or with a mark in front, it is the same.
    assert check(b"\xef\xbb\xbf" + json.dumps(PLAIN, indent=7, ensure_ascii=False).encode(), public_key()).holds


@settings(max_examples=400)
@given(
    path=st.sampled_from(_paths(PLAIN)),
    other=st.one_of(st.text(), st.integers(), st.none(), st.booleans(), st.just({}), st.just([])),
)
def test_any_single_change_is_found(path: tuple[Any, ...], other: Any) -> None:
    changed = copy.deepcopy(PLAIN)
    _put(changed, path, other)
    if json.dumps(changed) != json.dumps(PLAIN):
        assert not verdict(changed).holds


@settings(max_examples=100)
@given(st.data())
def test_any_letter_of_a_value_counts(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([one for one in _paths(PLAIN) if isinstance(_at(PLAIN, one), str)]))
    text = _at(PLAIN, path)
    place = data.draw(st.integers(0, max(0, len(text) - 1)))
    letter = data.draw(st.characters(exclude_characters=text[place : place + 1], exclude_categories=["Cs"]))
    changed = copy.deepcopy(PLAIN)
    _put(changed, path, text[:place] + letter + text[place + 1 :])
    assert not verdict(changed).holds


def _at(found: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        found = found[step]
    return found


@pytest.mark.parametrize("place", range(5))
def test_a_record_left_out_or_moved_is_found(place: int) -> None:
    without = copy.deepcopy(PLAIN)
    del without["records"][place]
    said = verdict(without)
    assert (said.fault, said.at) == ((Fault.LEFT_OUT if place < 4 else Fault.CUT), place + 1)
    moved = copy.deepcopy(PLAIN)
    moved["records"].insert(0, moved["records"].pop(place))
    assert verdict(moved).holds == (place == 0)
    twice = copy.deepcopy(PLAIN)
    twice["records"].insert(place, copy.deepcopy(twice["records"][place]))
    assert not verdict(twice).holds


def test_the_tail_cannot_be_cut_nor_the_whole_made_up_without_the_key() -> None:
    cut = copy.deepcopy(PLAIN)
    cut["records"].pop()
    cut["head"] |= {"length": 4, "head": cut["records"][-1]["digest"]}
    assert verdict(cut).fault is Fault.NOT_SIGNED
    forged = made({"text": "Wants nothing"})
    other = Ed25519PrivateKey.generate()
    head = msgspec.convert(forged["head"], exports.Head)
    forged["signature"] = other.sign(exports._signed(head)).hex()
    assert verdict(forged).fault is Fault.NOT_SIGNED
    assert check(json.dumps(forged), other.public_key().public_bytes_raw().hex()).holds


def test_a_chain_written_anew_by_whoever_can_sign_does_not_go_on_where_an_export_ended() -> None:
    first = made({"text": "Wants vials"})
    longer = made({"text": "Wants vials"}, {"rating": "hot"})
    anew = made({"text": "Wants nothing"}, {"rating": "hot"})
    assert verdict(anew).holds
    assert agrees(json.dumps(first), json.dumps(longer))
    assert not agrees(json.dumps(first), json.dumps(anew))
    assert not agrees(json.dumps(longer), json.dumps(first))


def test_emptied_later_is_fine_and_said_emptied_without_a_reason_is_not() -> None:
    later = copy.deepcopy(PLAIN)
    later["records"][0] |= {"payload": None, "salt": None}
    assert (verdict(later).fault, verdict(later).erased_since) == (None, (1,))
    half = copy.deepcopy(PLAIN)
    half["records"][0]["payload"] = None
    assert (verdict(half).fault, verdict(half).at) == (Fault.CHANGED, 1)
    filled = copy.deepcopy(PLAIN)
    filled["records"][3] |= {"payload": {"text": "guessed"}, "salt": "0" * 32}
    assert (verdict(filled).fault, verdict(filled).at) == (Fault.CHANGED, 4)
    assert verdict(made({"text": "a"}, {"text": "b"}, erased=(1,))).fault is Fault.ERASED


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "nonsense", '{"head": 1}', "[" * 100_000, b"\xff\xfe", '{"a": NaN}',
        json.dumps(PLAIN).replace('"seq": 1', '"seq": 1.0'), json.dumps(PLAIN).replace('"seq": 1', '"seq": 1e400'),
        json.dumps(PLAIN).replace('"seq": 1', '"seq": 1, "seq": 1'),
        json.dumps(PLAIN).replace("Wants vials", r"\ud800"), json.dumps(PLAIN | {"note": "all is well"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_alike_by_everybody_is_refused(text: str | bytes) -> None:
    said = check(text, public_key())
    assert said.fault is Fault.UNREADABLE
    assert "Traceback" not in said.words


async def exported(hall: Hall) -> Any:
    exhibitor = hall.stand.exhibitor
    (one,) = await queries.chains(exhibitor.company_id, exhibitor.event_id)
    found = await queries.records(one.id)
    assert found is not None
    head, records = found
    return json.loads(export(chain=one.key, company="x", event="y", records=records, head=head, now=clock.now()))


async def test_twenty_scans_by_four_people_at_once_make_one_chain(database: str) -> None:
    hall = await scans.hall()
    badges = [await hall.attendee(f"guest{n}@brennhof.example", f"Guest {n}") for n in range(10)]
    team = [msgspec.structs.replace(hall.stand.owner, account_id=hall.stand.owner.account_id + n) for n in range(4)]
    kept = await asyncio.gather(*(hall.scan(badges[n % 10], who=team[n % 4]) for n in range(20)))
    found = await exported(hall)
    assert [one["seq"] for one in found["records"]] == list(range(1, 21))
    assert verdict(found).holds
    assert len({one.code for one in kept}) == 10
    assert await db.fetch("SELECT visits FROM lead GROUP BY visits") == [(2,)]
    # Notes wait for nothing but the chain itself.
    whose, codes = commands.whose(hall.stand.exhibitor), sorted({one.code for one in kept})
    notes = [Noted(note=f"Note {n}") for n in range(20)]
    asked: dict[str, Any] = {"whose": whose, "by": 1, "version": None, "now": clock.now(), "adding": True}
    await asyncio.gather(*(note_lead(code=codes[n % 10], noted=one, **asked) for n, one in enumerate(notes)))
    found = await exported(hall)
    assert [one["seq"] for one in found["records"]] == list(range(1, 41))
    assert verdict(found).holds


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lead_record SET payload = '{}'", "UPDATE lead_record SET at = now()", "UPDATE lead_record SET lead = 'X'",
        "UPDATE lead_record SET payload = NULL", "UPDATE lead_record SET seq = 7", "UPDATE lead_record SET digest = previous",
        "UPDATE lead_record SET payload = NULL, salt = NULL, erased_at = now(), kind = 'note'", "DELETE FROM lead_record",
        "TRUNCATE lead_record", "DELETE FROM lead_chain", "UPDATE lead_chain SET length = 0", "UPDATE lead_chain SET key = 'x'",
        "UPDATE lead_chain SET head = key",
    ],
)  # fmt: skip
async def test_the_database_refuses_to_change_records(database: str, change: str) -> None:
    hall = await scans.hall()
    await hall.scan(await hall.attendee())
    with pytest.raises(asyncpg.PostgresError):
        await db.execute(change)
    assert verdict(await exported(hall)).holds


async def test_what_was_taken_back_leaves_an_empty_link(database: str) -> None:
    hall = await scans.hall()
    await hall.scan(await hall.attendee())
    await hall.scan(await hall.attendee("bob@vos.example", "Bob Vos"))
    before = await exported(hall)
    consent = await db.fetch_value("SELECT id FROM consent WHERE email = 'amara@brennhof.example'")
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)
    after = await exported(hall)
    assert [one["payload"] is None for one in after["records"]] == [True, False, False]
    assert after["records"][2]["kind"] == "withdrawal"
    assert "amara" not in json.dumps(after).lower()
    assert [one["digest"] for one in after["records"][:2]] == [one["digest"] for one in before["records"]]
    assert verdict(before).holds
    assert verdict(after).holds
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)
    assert await exported(hall) | {"head": 0, "signature": 0} == after | {"head": 0, "signature": 0}
