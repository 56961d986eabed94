"""The outbox, suppression and what readers choose, without a mail server."""

from datetime import datetime, timedelta

import pytest

from portal.core import db, tokens
from portal.core.errors import Conflict, NotFound
from portal.notifications import queries
from portal.notifications.commands import addresses, outbox
from portal.notifications.tables import MailState
from portal.notifications.values import Answer, Stage, TopicChoice
from tests.notifications.conftest import MINUTE, PARTS, mail_row, message, queued

AMARA = "amara@brennhof.example"


async def test_mail_belongs_to_a_transaction(database: str, now: datetime) -> None:
    await queued(message(), now)
    assert await db.fetch_value("SELECT convert_from(payload, 'UTF8') FROM pgqueuer") == '{"mail":1}'


async def test_a_long_key_still_works_once(database: str, now: datetime) -> None:
    first = await queued(message("k" * 500), now)
    async with db.transaction():
        again = await outbox.queue_mail(message=message("k" * 500), now=now)
        other = await outbox.queue_mail(message=message("k" * 499 + "x"), now=now)
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


STAFF = "account 7"


async def test_sending_a_mail_again_that_was_taken_makes_a_copy(database: str, now: datetime) -> None:
    first = await queued(message(parts=PARTS, about_kind="order", about_key="1"), now)
    await db.execute("UPDATE mail SET state = 'accepted', answered_at = $2 WHERE id = $1", first, now)
    assert await outbox.resend(actor=STAFF, mail_id=first, now=now) == AMARA
    await db.execute("UPDATE mail SET state = 'accepted', answered_at = $1", now)
    await outbox.resend(actor=STAFF, mail_id=first + 1, now=now)
    rows = await db.fetch("SELECT * FROM mail ORDER BY id")
    assert [row["key"] for row in rows] == ["order:1", "order:1~1", "order:1~2"]
    assert len({row["message_id"] for row in rows}) == 3
    assert rows[2]["state"] == "queued"
    parts = await db.fetch("SELECT filename, content FROM mail_part WHERE mail = $1 ORDER BY position", rows[2]["id"])
    assert [(row["filename"], row["content"]) for row in parts] == [(p.filename, p.content) for p in PARTS]


async def test_sending_a_mail_again_that_did_not_arrive_tries_the_same_one(database: str, now: datetime) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET state = 'bounced', attempts = 3, answer = '550', answered_at = $1", now)
    before = await mail_row(mail)
    await outbox.resend(actor=STAFF, mail_id=mail, now=now + MINUTE)
    after = await mail_row(mail)
    assert (after["state"], after["attempts"], after["answer"], after["answered_at"]) == ("queued", 0, "", None)
    assert after["message_id"] != before["message_id"]
    assert await db.fetch_value("SELECT count(*) FROM mail") == 1
    assert await outbox.claim(mail_id=mail, now=now + MINUTE) is not None
    assert await db.fetch_value("SELECT actor FROM audit_entry WHERE verb = 'mail sent again'") == STAFF


async def test_sending_a_waiting_mail_again_tries_it_at_once(database: str, now: datetime) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET state = 'deferred', next_try_at = $2 WHERE id = $1", mail, now + 60 * MINUTE)
    assert await outbox.claim(mail_id=mail, now=now + MINUTE) is None
    await outbox.resend(actor=STAFF, mail_id=mail, now=now + MINUTE)
    assert await outbox.claim(mail_id=mail, now=now + MINUTE) is not None


async def test_sending_again_forgets_a_refusal_but_no_other_wish(database: str, now: datetime) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET state = 'bounced' WHERE id = $1", mail)
    await addresses.note_refused(address=AMARA, words="550 5.1.1", now=now)
    await outbox.resend(actor=STAFF, mail_id=mail, now=now)
    assert await queries.suppression(AMARA, "orders") is None
    await addresses.suppress(actor=STAFF, address=AMARA, now=now)
    await outbox.resend(actor=STAFF, mail_id=mail, now=now)
    assert await queries.suppression(AMARA, "orders") is not None


async def test_what_cannot_be_sent_again(database: str, now: datetime) -> None:
    with pytest.raises(NotFound):
        await outbox.resend(actor=STAFF, mail_id=4711, now=now)
    for wrong in (message("c", topic="codes"), message("n", recipient="amara at brennhof")):
        mail = await queued(wrong, now)
        with pytest.raises(Conflict):
            await outbox.resend(actor=STAFF, mail_id=mail, now=now)


async def test_a_refusal_stops_all_mail_but_codes(database: str, now: datetime) -> None:
    order, code = await queued(message("o"), now), await queued(message("c", topic="codes"), now)
    await addresses.note_refused(address=AMARA, words="550 5.1.1 No such user", now=now)
    assert await outbox.claim(mail_id=order, now=now) is None
    claimed = await outbox.claim(mail_id=code, now=now)
    assert claimed is not None
    # The mail server took it after all: what it said before counts no more.
    await outbox.record_answer(mail=claimed, answer=Answer(Stage.CONTENT, 250, "2.0.0 ok"), now=now)
    assert await queries.reasons(AMARA) == []


async def test_a_refusal_without_a_reason_counts_from_the_second_day_on(database: str, now: datetime) -> None:
    async def refused(key: str, at: datetime) -> str | None:
        claimed = await outbox.claim(mail_id=await queued(message(key), at), now=at)
        if claimed is None:
            return None
        answer = Answer(Stage.RECIPIENT, 550, "Blocked, see spamhaus")
        return await outbox.record_answer(mail=claimed, answer=answer, now=at)

    assert [await refused(f"m{n}", now + n * MINUTE) for n in range(3)] == ["bounced"] * 3
    assert await queries.suppression(AMARA, "orders") is None
    assert [found.reason for found in await queries.reasons(AMARA)] == ["doubted"]
    assert await refused("m4", now + timedelta(hours=25)) == "bounced"
    assert await refused("m5", now + timedelta(hours=26)) is None
    assert await queries.suppression(AMARA, "orders") is not None
    await addresses.forget_refusals(AMARA)
    assert await refused("m6", now + timedelta(hours=27)) == "bounced"


async def test_old_contents_are_dropped_and_the_record_stays(database: str, now: datetime) -> None:
    old, fresh, waiting = [await queued(message(key, parts=PARTS), now) for key in "ofw"]
    await db.execute("UPDATE mail SET state = 'accepted', answer = '250 OK', answered_at = $2 WHERE id = $1", old, now)
    await db.execute(
        "UPDATE mail SET state = 'bounced', answered_at = $2 WHERE id = $1", fresh, now + timedelta(days=2)
    )
    await db.execute("UPDATE mail SET answered_at = $2 WHERE id = $1", waiting, now)
    assert await outbox.drop_contents(before=now + timedelta(days=1)) == 1
    assert await outbox.drop_contents(before=now + timedelta(days=1)) == 0
    kept = await db.fetch("SELECT id, text <> '' AS told, (SELECT count(*) FROM mail_part p WHERE p.mail = m.id) AS parts "
                          "FROM mail m ORDER BY id")  # fmt: skip
    assert [tuple(row) for row in kept] == [(old, False, 0), (fresh, True, len(PARTS)), (waiting, True, len(PARTS))]
    row = await mail_row(old)
    assert (row["subject"], row["answer"]) == ("Your ticket", "250 OK")
    with pytest.raises(Conflict, match="no longer kept"):
        await outbox.resend(actor=STAFF, mail_id=old, now=now)


async def test_staff_stop_and_allow_mail_and_are_written_down(database: str, now: datetime) -> None:
    await addresses.suppress(actor="account 7", address=" Amara@Brennhof.example", now=now, detail="asked by phone")
    await addresses.suppress(actor="account 7", address=AMARA, now=now, detail="again")
    stopped = await queries.suppression(AMARA, "codes")
    assert stopped is not None
    assert (stopped.reason, stopped.detail) == ("staff", "asked by phone")
    await addresses.unsuppress(actor="account 7", address=AMARA, now=now)
    assert await queries.suppression(AMARA, "codes") is None
    hashed = tokens.signature("mail address", AMARA)
    trail = await db.fetch("SELECT actor, verb, key FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in trail] == [
        ("account 7", "mail stopped", hashed), ("account 7", "mail stopped", hashed), ("account 7", "mail allowed", hashed)
    ]  # fmt: skip


async def test_unsubscribing_stops_one_topic(database: str, now: datetime) -> None:
    news, orders = await queued(message("n", topic="event-news"), now), await queued(message("o"), now)
    await addresses.unsubscribe(address="AMARA@brennhof.example", topic="event-news", now=now)
    assert await outbox.claim(mail_id=news, now=now) is None
    assert (await mail_row(news))["answer"] == "Not sent: the recipient does not want mail on this topic."
    assert await outbox.claim(mail_id=orders, now=now) is not None


async def test_needed_topics_cannot_be_switched_off(database: str, now: datetime) -> None:
    with pytest.raises(Conflict):
        await addresses.unsubscribe(address=AMARA, topic="orders", now=now)
    assert await queries.suppression(AMARA, "orders") is None


async def test_choices_are_what_was_sent_or_switched_off(database: str, now: datetime) -> None:
    await queued(message("a", topic="event-news"), now)
    await queued(message("b", topic="orders"), now)
    await queued(message("c", topic="offers", recipient="other@brennhof.example"), now)
    await addresses.choose_topics(address=AMARA, wanted={"digest": False, "event-news": True}, now=now)
    assert await queries.topic_choices(AMARA, at_hand="jobs") == [
        TopicChoice("digest", "Digest", False),
        TopicChoice("event-news", "Event news", True),
        TopicChoice("jobs", "Jobs", True),
    ]
    await addresses.choose_topics(address=AMARA, wanted={"digest": True}, now=now)
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
    assert [record.id for record in await queries.mail_log(state=MailState.FAILED)] == [3]


async def test_a_person_sees_and_erases_their_mail(database: str, now: datetime) -> None:
    sent, waiting = await queued(message("a"), now), await queued(message("b"), now)
    await queued(message("c", recipient="other@brennhof.example"), now)
    await db.execute("UPDATE mail SET state = 'accepted', answer = '250 OK' WHERE id <> $1", waiting)
    await addresses.unsubscribe(address=AMARA, topic="event-news", now=now)
    told = await queries.personal_data("Amara@brennhof.example")
    assert [(row["what"], row["topic"]) for row in told] == [
        ("Mail", "Orders"), ("Mail", "Orders"), ("No mail", "Event news")
    ]  # fmt: skip
    assert await outbox.forget("Amara@brennhof.example", now) == (
        "1 mail erased; what is still on its way is sent. "
        "That this address wants or takes no mail is kept, so that none is sent."
    )
    left = await db.fetch("SELECT id, state FROM mail ORDER BY id")
    assert [tuple(row) for row in left] == [(waiting, "queued"), (waiting + 1, "accepted")]
    assert sent < waiting
