"""Consent: given to the wording that was read, once, by whom and to whom."""

import asyncio
from datetime import datetime, timedelta

import pytest

from portal.core import db
from portal.core.errors import Conflict
from portal.leads.commands import give_consent, keep_wording
from portal.leads.queries import has_agreed, newest_wording

pytestmark = pytest.mark.usefixtures("database")


async def agree(wording_id: int, now: datetime, *, email: str = "anna@brennhof.example", key: str = "7") -> int:
    return await give_consent(
        email=email, company_id=3, company_name="Isarwerk", wording_id=wording_id, kind="webinar", key=key, how="room",
        now=now,
    )  # fmt: skip


async def test_a_wording_is_another_version_only_when_it_says_something_else(now: datetime) -> None:
    first = await asyncio.gather(*(keep_wording(kind="sponsor", key="3", text="I agree.", now=now) for _ in range(5)))
    assert {(one.version, one.text) for one in first} == {(1, "I agree.")}
    second = await keep_wording(kind="sponsor", key="3", text="I agree, gladly.", now=now)
    assert (second.version, await newest_wording("sponsor", "3")) == (2, second)
    assert await newest_wording("sponsor", "4") is None


async def test_consent_given_at_once_from_several_pages_is_one_receipt(now: datetime) -> None:
    wording = await keep_wording(kind="sponsor", key="3", text="I agree.", now=now)
    receipts = await asyncio.gather(*(agree(wording.id, now) for _ in range(10)))
    assert (len(set(receipts)), await db.fetch_value("SELECT count(*) FROM consent")) == (1, 1)
    assert await has_agreed("anna@brennhof.example", 3, "webinar", "7")
    assert not await has_agreed("anna@brennhof.example", 3, "webinar", "8")
    assert not await has_agreed("ben@brennhof.example", 3, "webinar", "7")


async def test_nobody_agrees_to_what_they_did_not_read(now: datetime) -> None:
    old = await keep_wording(kind="sponsor", key="3", text="I agree.", now=now)
    await keep_wording(kind="sponsor", key="3", text="I agree, and to calls.", now=now)
    with pytest.raises(Conflict, match="wording"):
        await agree(old.id, now)
    assert await db.fetch_value("SELECT count(*) FROM consent") == 0


async def test_taken_back_it_can_be_given_again(now: datetime) -> None:
    wording = await keep_wording(kind="sponsor", key="3", text="I agree.", now=now)
    first = await agree(wording.id, now)
    await db.execute("UPDATE consent SET withdrawn_at = $1", now)
    assert not await has_agreed("anna@brennhof.example", 3, "webinar", "7")
    assert await agree(wording.id, now + timedelta(days=1)) != first
    assert await has_agreed("anna@brennhof.example", 3, "webinar", "7")
