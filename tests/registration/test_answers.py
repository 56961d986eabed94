"""What an event asks of everybody: on the details page, on the place's own page, in lists, files and what a person sees."""

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.core import clock, db
from portal.registration import privacy
from portal.registration.queries.orders import order_by_secret
from portal.registration.tables import QuestionKind
from tests.attending import AMARA, ME, Attending, named
from tests.factories.registration import Shop, ask, make_shop
from tests.paying import text_of
from tests.queries import counting

BOB = "bob@x.example"
HALL = ("Filling", "Lyophilisation", "Packaging")


async def answers(path: str) -> list[dict[str, str]]:
    """Of each seat, what was answered by the question's words."""
    order = await order_by_secret(path.rpartition("/")[2])
    assert order is not None
    return [{one.label: one.answer for one in seat.answers} for seat in order.seats]


async def hold(client: httpx.AsyncClient, shop: Shop, count: int = 1) -> str:
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": str(count)})
    return str(answer.headers["location"].removesuffix("/details"))


def shown(page: str, name: str) -> list[str]:
    """What a field shows: the texts, or the choices that are ticked."""
    found = []
    for tag in re.findall(rf'<input [^>]*name="{name}"[^>]*>', page):
        value = re.search(r'value="([^"]*)"', tag)
        if " checked" in tag or 'type="text"' in tag:
            found.append(html.unescape(value[1] if value else ""))
    found += [html.unescape(text) for text in re.findall(rf'<textarea [^>]*name="{name}"[^>]*>\n?([^<]*)<', page)]
    return found


async def every_kind(shop: Shop) -> dict[str, str]:
    """One question of each kind; their fields by kind."""
    return {
        "text": await ask(shop, "Diet"),
        "long": await ask(shop, "What would you like to hear?", QuestionKind.LONG_TEXT),
        "one": await ask(shop, "Hall", QuestionKind.CHOICE, *HALL),
        "some": await ask(shop, "Topics", QuestionKind.CHOICES, *HALL),
        "tick": await ask(shop, "I keep the plant’s secrets.", QuestionKind.AGREEMENT),
    }


def filled(fields: dict[str, str], seat: int | None = 1, **changed: Any) -> dict[str, Any]:
    given = {"text": "vegan, <no> nuts", "long": "Barriers.\n\nAnd gloves.", "one": HALL[1], "some": [HALL[2], HALL[0]],
             "tick": "yes", **changed}  # fmt: skip
    before = "" if seat is None else f"s{seat}_"
    return {f"{before}{fields[kind]}": value for kind, value in given.items() if value}


async def test_each_kind_is_asked_kept_and_shown(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    fields = await every_kind(shop)
    path = await attending.register(shop, **filled(fields))
    assert await answers(path) == [{
        "Diet": "vegan, <no> nuts", "What would you like to hear?": "Barriers.\n\nAnd gloves.", "Hall": HALL[1],
        "Topics": f"{HALL[0]}\n{HALL[2]}", "I keep the plant’s secrets.": "yes",
    }]  # fmt: skip
    page = text_of(await client.get(path))
    for said in ("5 answers", "Diet vegan, &lt;no&gt; nuts", "Topics Filling; Packaging", "secrets. agreed"):
        assert said in page


async def test_what_must_be_answered_is_told_beside_the_field_and_the_rest_is_kept(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    fields = await every_kind(shop)
    path = await hold(client, shop, 2)
    typed = {
        **ME,
        **named(2, BOB),
        **filled(fields, text="", tick=""),
        **filled(fields, seat=2, one="", some="Elsewhere"),
    }
    answer = await client.post(f"{path}/details", data=typed)
    assert answer.status_code == 422
    for name, why in (
        (f"s1_{fields['text']}", "Please answer: Diet"), (f"s1_{fields['tick']}", "Please agree to: I keep the plant’s secrets."),
        (f"s2_{fields['one']}", "Please choose an answer to: Hall"),
        (f"s2_{fields['some']}", "Please choose among the offered answers."),
    ):  # fmt: skip
        assert re.search(rf'id="f-{name}-e">.*?<span>{why}</span>', answer.text, re.S), name
        assert f'href="#f-{name}"' in answer.text
        assert f'id="f-{name}"' in answer.text
    assert shown(answer.text, f"s1_{fields['some']}") == [HALL[0], HALL[2]]
    assert shown(answer.text, f"s1_{fields['long']}") == ["Barriers.\n\nAnd gloves."]
    assert shown(answer.text, f"s2_{fields['text']}") == ["vegan, <no> nuts"]
    # The same through a code, which keeps the form in the order's draft.
    again = await client.post(f"{path}/code", data={**typed, "code": "NOPE"})
    assert again.status_code == 422
    assert shown(again.text, f"s1_{fields['some']}") == [HALL[0], HALL[2]]
    assert await db.fetch_value("SELECT count(*) FROM seat_answer") == 0


@pytest.mark.parametrize("kind", ["text", "long", "one", "some", "tick"])
async def test_optional_ones_may_be_left_out(attending: Attending, kind: str) -> None:
    shop = await make_shop()
    kinds = {"text": QuestionKind.TEXT, "long": QuestionKind.LONG_TEXT, "one": QuestionKind.CHOICE,
             "some": QuestionKind.CHOICES, "tick": QuestionKind.AGREEMENT}  # fmt: skip
    await ask(shop, "Well?", kinds[kind], *(HALL if kind in ("one", "some") else ()), required=False)
    assert await answers(await attending.register(shop)) == [{}]


async def test_too_much_is_refused_and_kept(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    line, long = await ask(shop, "Diet"), await ask(shop, "More", QuestionKind.LONG_TEXT)
    path = await hold(client, shop)
    answer = await client.post(f"{path}/details", data={**ME, f"s1_{line}": "a" * 301, f"s1_{long}": "b" * 2001})
    assert answer.status_code == 422
    assert "Please keep this under 300 characters; it has 301." in answer.text
    assert "Please keep this under 2,000 characters; it has 2,001." in answer.text
    assert shown(answer.text, f"s1_{line}") == ["a" * 301]


async def test_whoever_follows_answers_on_the_page_of_the_place(attending: Attending) -> None:
    """Nobody answers for a colleague who is asked; the colleague answers with the name, and again until it begins."""
    shop, client = await make_shop(), attending.client
    field = await ask(shop, "Diet")
    path = await attending.register(shop, 2, **{f"s1_{field}": "none"}, s2_who="asked", s2_email=BOB)
    claim = (await attending.seats(path))[1]["claim_secret"]
    name = {"first_name": "Bob", "last_name": "Vos", "email": BOB}
    refused = await client.post(f"/seats/{claim}", data=name)
    assert refused.status_code == 422
    assert f'id="f-{field}-e"' in refused.text
    assert shown(refused.text, "first_name") == ["Bob"]
    assert (await client.post(f"/seats/{claim}", data={**name, field: "halal"})).status_code == 303
    assert await answers(path) == [{"Diet": "none"}, {"Diet": "halal"}]
    saved = await client.post(f"/seats/{claim}/answers", data={field: "kosher"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"/seats/{claim}")
    assert await answers(path) == [{"Diet": "none"}, {"Diet": "kosher"}]
    assert "Ticket 2: answers changed" in (await client.get(path)).text
    empty = await client.post(f"{path}/seats/2/answers", data={field: ""})
    assert empty.status_code == 422
    assert await answers(path) == [{"Diet": "none"}, {"Diet": "kosher"}]


async def test_answers_close_when_the_event_begins_but_for_whoever_had_no_say(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    field = await ask(shop, "Diet")
    path = await attending.register(shop, 2, **{f"s1_{field}": "none"}, s2_who="asked", s2_email=BOB)
    claim = (await attending.seats(path))[1]["claim_secret"]
    begun = clock.now() - timedelta(minutes=5)
    await db.execute("UPDATE event SET starts_at = $1, ends_at = $2", begun, begun + timedelta(hours=8))
    refused = await client.post(f"{path}/seats/1/answers", data={field: "late"})
    assert refused.status_code == 409
    assert f'name="{field}"' not in (await client.get(f"{path}/seats/1")).text
    name = {"first_name": "Bob", "last_name": "Vos", "email": BOB, field: "halal"}
    assert (await client.post(f"/seats/{claim}", data=name)).status_code == 303
    assert await answers(path) == [{"Diet": "none"}, {"Diet": "halal"}]


async def test_a_place_passed_on_leaves_its_answers_behind(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    field = await ask(shop, "Diet")
    path = await attending.register(shop, **{f"s1_{field}": "none"})
    await client.post(f"{path}/seats/1", data={"first_name": "Bob", "last_name": "Vos", "email": BOB})
    assert await answers(path) == [{}]
    [seat] = await attending.seats(path)
    assert "1 question has no answer yet" in (await client.get(f"/seats/{seat['claim_secret']}")).text
    # The same person's name, spelt right, keeps them.
    await client.post(f"/seats/{seat['claim_secret']}/answers", data={field: "halal"})
    await client.post(f"/seats/{seat['claim_secret']}", data={"first_name": "Bobby", "last_name": "Vos", "email": BOB})
    assert await answers(path) == [{"Diet": "halal"}]


async def test_many_places_with_many_questions_are_one_form(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    fields = [await ask(shop, f"Question {n}", QuestionKind.CHOICES, *HALL) for n in range(20)]
    path = await hold(client, shop, 20)
    typed: dict[str, Any] = {**ME}
    for seat in range(1, 21):
        typed |= named(seat, f"p{seat}@x.example")
        typed |= {f"s{seat}_{field}": list(HALL) for field in fields}
    assert (await client.post(f"{path}/details", data=typed)).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM seat_answer") == 400


async def test_a_person_sees_their_answers_and_erasing_takes_them(attending: Attending) -> None:
    shop = await make_shop()
    field = await ask(shop, "Diet")
    path = await attending.register(shop, 2, **named(2, BOB), **{f"s1_{field}": "none", f"s2_{field}": "halal"})
    known = await privacy.known_about(BOB)
    assert [fact.get("answers") for fact in known] == [{"Diet": "halal"}]
    assert "answers are taken out of 0 orders and 1 place" in await privacy.forget(BOB, clock.now())
    assert await answers(path) == [{"Diet": "none"}, {}]


async def test_the_list_and_the_file_of_attendees(attending: Attending, editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    diet, topics = await ask(shop, "Diet"), await ask(shop, "Topics", QuestionKind.CHOICES, *HALL, required=False)
    path = await attending.register(
        shop, 3, **named(2, BOB, last="=HYPERLINK(1)"), s1_who="me",
        **{f"s1_{diet}": "@none", f"s1_{topics}": HALL[0], f"s2_{diet}": "halal"},
    )  # fmt: skip
    await attending.client.post(f"{path}/seats/3/cancellation")
    here = f"/staff/events/{shop.event_id}/attendees"
    page = await editor.get(here)
    assert re.findall(r'<th scope="row">([^<]+)<', page.text) == ["Bob =HYPERLINK(1)", "Amara Okonjo"]
    assert "2 coming, 1 given up" in text_of(page)
    assert "Nobody found" in (await editor.get(f"{here}?q=nobody")).text
    for asked, found in (
        ("q=vos&state=all", 0),
        ("q=BOB%40x", 1),
        ("state=cancelled", 1),
        ("state=all", 3),
        ("q=50%25", 0),
    ):
        assert len(re.findall(r'<th scope="row">', (await editor.get(f"{here}?{asked}")).text)) == found, asked
    answer = await editor.get(f"{here}.csv?state=all")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Last name"], row["State"], row["Diet"], row["Topics"]) for row in rows] == [
        ("'=HYPERLINK(1)", "Coming", "halal", ""), ("Okonjo", "Coming", "'@none", "Filling"), ("", "Given up", "", ""),
    ]  # fmt: skip
    assert await db.fetch_value("SELECT facts ->> 'people' FROM audit_entry WHERE verb = 'export attendees'") == "3"


async def test_the_list_takes_as_many_queries_for_thirty(attending: Attending, editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    field = await ask(shop, "Diet")
    here, seen = f"/staff/events/{shop.event_id}/attendees", []
    for count in (1, 29):
        typed = {f"s{n}_{key}": value for n in range(2, count + 1)
                 for key, value in (("who", "named"), ("first_name", "A"), ("last_name", f"B{n}"),
                                    ("email", f"p{n}@x.example"), (field, "x"))}  # fmt: skip
        await attending.register(shop, count, **{f"s1_{field}": "none"}, **typed)
        async with counting() as statements:
            assert (await editor.get(here)).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


async def test_others_read_no_attendees(sign_in: Any, client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    person = await sign_in(None, email=AMARA["email"])
    for tail in ("", ".csv"):
        assert (await person.get(f"/staff/events/{shop.event_id}/attendees{tail}")).status_code == 403
        assert (await client.get(f"/staff/events/{shop.event_id}/attendees{tail}")).status_code == 303
        assert (await person.get(f"/staff/events/999999/attendees{tail}")).status_code == 403
