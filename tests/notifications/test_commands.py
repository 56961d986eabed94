"""The outbox, suppression and what readers choose, without a mail server."""

from datetime import datetime

import pytest

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.notifications import commands, queries
from portal.notifications.tables import MailState
from portal.notifications.values import TopicChoice
from tests.notifications.conftest import MINUTE, PARTS, mail_row, message, queued

AMARA = "amara@brennhof.example"


async def test_mail_belongs_to_a_transaction(database: str, now: datetime) -> None:
    await queued(message(), now)
    assert await db.fetch_value("SELECT convert_from(payload, 'UTF8') FROM pgqueuer") == '{"mail":1}'


async def test_a_long_key_still_works_once(database: str, now: datetime) -> None:
    first = await queued(message("k" * 500), now)
    async with db.transaction():
        again = await commands.queue_mail(message=message("k" * 500), now=now)
        other = await commands.queue_mail(message=message("k" * 499 + "x"), now=now)
    assert (first, again, other is None) == (1, None, False)


async def test_no_address_does_not_stop_the_act(database: str, now: datetime) -> None:
    mail = await queued(message(recipient="amara at brennhof", about_kind="order", about_key="1"), now)
    [shown] = await queries.mails_about("order", "1")
    assert (shown.id, shown.state, shown.answer) == (
        mail, MailState.FAILED, "This is not an address mail can be sent to."
    )  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer") == 0


async def test_what_postgresql_cannot_hold_is_left_out(database: str, now: datetime) -> None:
    mail = await queued(message(subject="a\x00b\ud800c\nd", text="x\x00y\udfff", html="\x00<p>"), now)
    row = await mail_row(mail)
    assert (row["subject"], row["text"], row["html"]) == ("a b c d", "xy?", "<p>")


async def test_long_facts_are_cut_to_the_columns(database: str, now: datetime) -> None:
    mail = await queued(message(subject="s" * 900, reply_to="r" * 900, recipient="a" * 900), now)
    row = await mail_row(mail)
    assert [len(row[name]) for name in ("subject", "reply_to", "recipient")] == [250, 254, 254]


async def test_resending_copies_a_mail_that_is_over(database: str, now: datetime) -> None:
    first = await queued(message(parts=PARTS, about_kind="order", about_key="1"), now)
    await db.execute("UPDATE mail SET state = 'bounced' WHERE id = $1", first)
    again = await commands.resend(mail_id=first, now=now)
    await db.execute("UPDATE mail SET state = 'accepted' WHERE id = $1", again)
    third = await commands.resend(mail_id=again, now=now)
    rows = [await mail_row(mail) for mail in (first, again, third)]
    assert [row["key"] for row in rows] == ["order:1", "order:1~1", "order:1~2"]
    assert len({row["message_id"] for row in rows}) == 3
    assert rows[2]["state"] == "queued"
    parts = await db.fetch("SELECT filename, content FROM mail_part WHERE mail = $1 ORDER BY position", third)
    assert [(row["filename"], row["content"]) for row in parts] == [(p.filename, p.content) for p in PARTS]


async def test_resending_a_waiting_mail_tries_it_at_once(database: str, now: datetime) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET state = 'deferred', next_try_at = $2 WHERE id = $1", mail, now + 60 * MINUTE)
    assert await commands.claim(mail_id=mail, now=now + MINUTE) is None
    assert await commands.resend(mail_id=mail, now=now + MINUTE) == mail
    assert await commands.claim(mail_id=mail, now=now + MINUTE) is not None


async def test_resending_forgets_a_refusal_but_no_other_wish(database: str, now: datetime) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET state = 'bounced' WHERE id = $1", mail)
    await db.execute(
        "INSERT INTO suppression (address, topic, reason, detail, since) VALUES ($1, '*', 'refused', '550', $2)",
        AMARA, now,
    )  # fmt: skip
    await commands.resend(mail_id=mail, now=now)
    assert await queries.suppression(AMARA, "orders") is None
    await commands.suppress(actor="account 1", address=AMARA, now=now)
    await commands.resend(mail_id=mail, now=now)
    assert await queries.is_suppressed(AMARA, "orders") is True


async def test_resending_what_cannot_be(database: str, now: datetime) -> None:
    with pytest.raises(NotFound):
        await commands.resend(mail_id=4711, now=now)
    code = await queued(message(topic="codes"), now)
    with pytest.raises(Conflict):
        await commands.resend(mail_id=code, now=now)


async def test_staff_stop_and_allow_mail_and_are_written_down(database: str, now: datetime) -> None:
    await commands.suppress(actor="account 7", address=" Amara@Brennhof.example", now=now, detail="asked by phone")
    await commands.suppress(actor="account 7", address=AMARA, now=now, detail="again")
    stopped = await queries.suppression(AMARA, "codes")
    assert stopped is not None
    assert (stopped.reason, stopped.detail) == ("staff", "asked by phone")
    await commands.unsuppress(actor="account 7", address=AMARA, now=now)
    assert await queries.suppression(AMARA, "codes") is None
    trail = await db.fetch("SELECT actor, verb, key FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in trail] == [
        ("account 7", "mail stopped", AMARA), ("account 7", "mail stopped", AMARA), ("account 7", "mail allowed", AMARA)
    ]  # fmt: skip


async def test_unsubscribing_stops_one_topic(database: str, now: datetime) -> None:
    news, orders = await queued(message("n", topic="event-news"), now), await queued(message("o"), now)
    await commands.unsubscribe(address="AMARA@brennhof.example", topic="event-news", now=now)
    assert await commands.claim(mail_id=news, now=now) is None
    assert (await mail_row(news))["answer"] == "Not sent: the recipient does not want mail on this topic."
    assert await commands.claim(mail_id=orders, now=now) is not None


async def test_needed_topics_cannot_be_switched_off(database: str, now: datetime) -> None:
    with pytest.raises(Conflict):
        await commands.unsubscribe(address=AMARA, topic="orders", now=now)
    assert await queries.is_suppressed(AMARA, "orders") is False


async def test_choices_are_what_was_sent_or_switched_off(database: str, now: datetime) -> None:
    await queued(message("a", topic="event-news"), now)
    await queued(message("b", topic="orders"), now)
    await queued(message("c", topic="offers", recipient="other@brennhof.example"), now)
    await commands.choose_topics(address=AMARA, wanted={"digest": False, "event-news": True}, now=now)
    assert await queries.topic_choices(AMARA, at_hand="jobs") == [
        TopicChoice("digest", "Digest", False),
        TopicChoice("event-news", "Event news", True),
        TopicChoice("jobs", "Jobs", True),
    ]
    await commands.choose_topics(address=AMARA, wanted={"digest": True}, now=now)
    assert await queries.topic_choices(AMARA, at_hand="digest") == [
        TopicChoice("digest", "Digest", True), TopicChoice("event-news", "Event news", True)
    ]  # fmt: skip


async def test_the_log_is_bounded_filtered_and_paged(database: str, now: datetime) -> None:
    for number in range(5):
        await queued(message(f"m:{number}", recipient=f"p{number % 2}@brennhof.example"), now)
    await db.execute("UPDATE mail SET state = 'failed' WHERE id = 3")
    assert [record.id for record in await queries.mail_log(limit=2)] == [5, 4]
    assert [record.id for record in await queries.mail_log(limit=2, before=4)] == [3, 2]
    assert [record.id for record in await queries.mail_log(recipient="P0@brennhof.example")] == [5, 3, 1]
    assert [record.id for record in await queries.mail_log(states=[MailState.FAILED])] == [3]
    counts = await queries.count_by_state(since=now)
    assert (counts[MailState.QUEUED], counts[MailState.FAILED], counts[MailState.BOUNCED]) == (4, 1, 0)
    assert await queries.mail(99) is None


async def test_a_person_sees_and_erases_their_mail(database: str, now: datetime) -> None:
    sent, waiting = await queued(message("a"), now), await queued(message("b"), now)
    await queued(message("c", recipient="other@brennhof.example"), now)
    await db.execute("UPDATE mail SET state = 'accepted', answer = '250 OK' WHERE id <> $1", waiting)
    await commands.unsubscribe(address=AMARA, topic="event-news", now=now)
    told = await queries.personal_data("Amara@brennhof.example")
    assert [(row["what"], row["topic"]) for row in told] == [
        ("mail", "orders"), ("mail", "orders"), ("no mail", "event-news")
    ]  # fmt: skip
    assert await commands.forget("Amara@brennhof.example", now) == (
        "1 mail erased; what is still on its way is sent. "
        "That this address wants or takes no mail is kept, so that none is sent."
    )
    assert [await queries.mail(sent), (await mail_row(waiting))["state"]] == [None, "queued"]
    assert await db.fetch_value("SELECT count(*) FROM mail") == 2
