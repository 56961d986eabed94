"""Who is on stage, at the desk, and pays: adding, ordering, roles, taking off; series and which webinars they hold."""

import re

import httpx
import pytest

from portal.core import db
from tests.events.reading import words
from tests.factories import companies, stages, webinars
from tests.factories.webinars import Webinar
from tests.webinars.setting_up import fault, field, hidden, one, verbs


@pytest.fixture
async def shop(client: httpx.AsyncClient) -> Webinar:
    return await webinars.make()


def at(shop: Webinar, tail: str) -> str:
    return f"/staff/webinars/{shop.webinar_id}/{tail}"


async def programme(shop: Webinar) -> list[str]:
    rows = await db.fetch(
        "SELECT s.name, w.is_moderator FROM webinar_speaker w JOIN speaker s ON s.id = w.speaker WHERE w.webinar = $1 "
        "ORDER BY w.position, w.id",
        shop.webinar_id,
    )
    return [f"{row['name']} (moderator)" if row["is_moderator"] else row["name"] for row in rows]


class TestStage:
    async def test_known_people_are_found_added_ordered_and_taken_off(
        self, editor: httpx.AsyncClient, shop: Webinar
    ) -> None:
        marit = await stages.person("Marit Solheim", company_name="Tessin Lyo")
        ercole = await stages.person("Ercole Banfi")
        assert "Marit Solheim" in words((await editor.get(at(shop, "speakers?q=tessin"))).text)
        assert "Nobody’s name or company has “zzz” in it." in words((await editor.get(at(shop, "speakers?q=zzz"))).text)
        for number, more in ((marit, {}), (ercole, {"moderator": "yes"})):
            answer = await editor.post(at(shop, "speakers"), data={"speaker": str(number), **more})
            assert answer.headers["location"] == at(shop, "speakers")
        assert await programme(shop) == ["Marit Solheim", "Ercole Banfi (moderator)"]
        await editor.post(at(shop, f"speakers/{ercole}/place"), data={"way": "up"})
        assert await programme(shop) == ["Ercole Banfi (moderator)", "Marit Solheim"]
        # At its end of the list it stays.
        await editor.post(at(shop, f"speakers/{ercole}/place"), data={"way": "up"})
        await editor.post(at(shop, f"speakers/{ercole}/moderation"), data={})
        await editor.post(at(shop, f"speakers/{marit}/moderation"), data={"moderator": "yes"})
        assert await programme(shop) == ["Ercole Banfi", "Marit Solheim (moderator)"]
        await editor.post(at(shop, f"speakers/{ercole}/removal"))
        assert await programme(shop) == ["Marit Solheim (moderator)"]
        assert await verbs(shop.webinar_id) == [
            "speaker added", "speaker added", "speakers ordered", "moderator made speaker", "moderator named", "speaker removed",
        ]  # fmt: skip

    async def test_htmx_gets_the_list_alone(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        numbers = [await stages.person(name) for name in ("A. One", "B. Two")]
        for number in numbers:
            await editor.post(at(shop, "speakers"), data={"speaker": str(number)})
        path = at(shop, f"speakers/{numbers[1]}/place")
        answer = await editor.post(path, data={"way": "up"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.text.lstrip().startswith('<section id="programme"')) == (200, True)
        assert re.search(r"B\. Two.*A\. One", words(answer.text))

    async def test_somebody_new(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        typed = {"name": "Dr. Ilse Ravnikar", "job_title": "Head of process", "company_name": "API", "moderator": "yes"}
        assert (await editor.post(at(shop, "speakers/new"), data=typed)).status_code == 303
        assert await programme(shop) == ["Dr. Ilse Ravnikar (moderator)"]
        answer = await editor.post(at(shop, "speakers/new"), data={**typed, "name": "https://spam.example"})
        assert answer.status_code == 422
        assert fault(answer.text, "name") == "Please type a name only, without the address of a page."
        assert field(answer.text, "job_title") == "Head of process"
        assert await db.fetch_value("SELECT count(*) FROM speaker") == 1

    async def test_twice_nobody_or_gone(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        marit = await stages.person()
        await editor.post(at(shop, "speakers"), data={"speaker": str(marit)})
        again = await editor.post(at(shop, "speakers"), data={"speaker": str(marit)})
        assert (again.status_code, "This person is on the programme already." in words(again.text)) == (409, True)
        assert (await editor.post(at(shop, "speakers"), data={"speaker": "x"})).status_code == 422
        assert (await editor.post(at(shop, "speakers"), data={"speaker": "4711"})).status_code == 404
        assert (await editor.post(at(shop, "speakers/4711/moderation"), data={})).status_code == 404
        assert (await editor.post(at(shop, "speakers/4711/removal"))).status_code == 303


class TestCrew:
    async def test_whoever_proves_the_address_comes_to_the_desk(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        await db.execute(
            "UPDATE speaker SET email = 'marit@tessin.example' WHERE id = $1",
            marit := await stages.person("Marit Solheim"),
        )
        await editor.post(at(shop, "speakers"), data={"speaker": str(marit)})
        page = (await editor.get(at(shop, "crew"))).text
        assert "On stage and not in the crew: Marit Solheim." in words(page)
        typed = {"name": "Marit Solheim", "email": "Marit@Tessin.example", "role": "speaker"}
        answer = await editor.post(at(shop, "crew"), data=typed)
        assert answer.status_code == 303
        page = words((await editor.get(at(shop, "crew"))).text)
        assert "Marit Solheim finds the desk after signing in with marit@tessin.example." in page
        assert "On stage and not in the crew" not in page
        row = await one("SELECT id, email, role FROM webinar_crew")
        assert (row["email"], row["role"]) == ("marit@tessin.example", "speaker")
        await editor.post(at(shop, f"crew/{row['id']}/role"), data={"role": "host"})
        assert await db.fetch_value("SELECT role FROM webinar_crew") == "host"
        again = await editor.post(at(shop, "crew"), data=typed)
        assert (again.status_code, fault(again.text, "email")) == (
            409, "This address is in the crew already. Change the role below.",
        )  # fmt: skip
        await editor.post(at(shop, f"crew/{row['id']}/removal"))
        assert await db.fetch_value("SELECT count(*) FROM webinar_crew") == 0
        assert await verbs(shop.webinar_id) == ["speaker added", "crew added", "crew changed", "crew removed"]

    @pytest.mark.parametrize(
        ("wrong", "name", "said"),
        [
            ({"email": "marit"}, "email", "Please check the address: it should look like name@company.com."),
            ({"email": ""}, "email", "Please fill in: email."),
            ({"name": ""}, "name", "Please fill in: name."),
            ({"role": "king"}, "role", "Please choose one of the offered values."),
        ],
    )
    async def test_faults(
        self, editor: httpx.AsyncClient, shop: Webinar, wrong: dict[str, str], name: str, said: str
    ) -> None:
        typed = {"name": "Marit Solheim", "email": "marit@tessin.example", "role": "speaker", **wrong}
        answer = await editor.post(at(shop, "crew"), data=typed)
        assert (answer.status_code, fault(answer.text, name)) == (422, said)
        assert await db.fetch_value("SELECT count(*) FROM webinar_crew") == 0

    async def test_gone(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        assert (await editor.post(at(shop, "crew/4711/role"), data={"role": "host"})).status_code == 404
        assert (await editor.post(at(shop, "crew/4711/role"), data={"role": "king"})).status_code == 422


class TestSponsors:
    async def test_companies_are_found_added_ordered_and_taken_off(
        self, editor: httpx.AsyncClient, shop: Webinar
    ) -> None:
        lyo, halden = await companies.make("Tessin Lyo SA"), await companies.make("Halden Aseptics AS")
        hidden_one = await companies.make("Hidden AG")
        await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", hidden_one)
        for query in ("tessin", "Tessin%20Lyo", "https://x.example/companies/tessin-lyo"):
            assert "Tessin Lyo SA" in words((await editor.get(at(shop, f"sponsors?q={query}"))).text)
        assert "No public company is called so." in words((await editor.get(at(shop, "sponsors?q=hidden"))).text)
        for company in (lyo, halden):
            assert (await editor.post(at(shop, "sponsors"), data={"company": str(company)})).status_code == 303
        await editor.post(at(shop, f"sponsors/{halden}/place"), data={"way": "up"})
        page = (await editor.get(f"/events/{shop.slug}")).text
        assert re.search(r"Sponsored by Halden Aseptics AS.*Sponsored by Tessin Lyo SA", words(page))
        assert (await editor.post(at(shop, "sponsors"), data={"company": str(lyo)})).status_code == 409
        assert (await editor.post(at(shop, "sponsors"), data={"company": str(hidden_one)})).status_code == 409
        assert (await editor.post(at(shop, "sponsors"), data={"company": "x"})).status_code == 422
        await editor.post(at(shop, f"sponsors/{halden}/removal"))
        assert await db.fetch_value("SELECT company FROM webinar_sponsor") == lyo
        assert await verbs(shop.webinar_id) == [
            "sponsor added", "sponsor added", "sponsors ordered", "sponsor removed",
        ]  # fmt: skip

    async def test_what_a_sponsor_offers(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        lyo = await companies.make("Tessin Lyo SA")
        await editor.post(at(shop, "sponsors"), data={"company": str(lyo)})
        mark = await hidden(editor, at(shop, "sponsors"))
        note = at(shop, f"sponsors/{lyo}/note")
        assert (await editor.post(note, data={"note": "A year of data.", "seen": mark})).status_code == 303
        late = await editor.post(note, data={"note": "Something else", "seen": mark})
        assert late.status_code == 409
        assert "It is stored as “A year of data.”" in fault(late.text, f"note-{lyo}")
        assert 'value="Something else"' in late.text
        long = await editor.post(note, data={"note": "x" * 301, "seen": mark})
        assert (long.status_code, fault(long.text, f"note-{lyo}")) == (
            422, "Please keep this under 300 characters; it has 301.",
        )  # fmt: skip
        assert await db.fetch_value("SELECT note FROM webinar_sponsor") == "A year of data."
        assert (await editor.post(at(shop, "sponsors/4711/note"), data={"note": "x", "seen": mark})).status_code == 404

    async def test_two_wordings_at_once(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        lyo = await companies.make("Tessin Lyo SA")
        await editor.post(at(shop, "sponsors"), data={"company": str(lyo)})
        here = at(shop, f"sponsors/{lyo}")
        version = await hidden(editor, here, "version")
        first = {"text": "I agree to a call.", "version": version}
        assert (await editor.post(f"{here}/wording", data=first)).status_code == 303
        late = await editor.post(f"{here}/wording", data={"text": "I agree to a visit.", "version": version})
        assert late.status_code == 409
        assert "Somebody else wrote another one meanwhile: “I agree to a call.”" in fault(late.text, "text")
        again = {"text": "I agree to a visit.", "version": field(late.text, "version")}
        assert (await editor.post(f"{here}/wording", data=again)).status_code == 303


class TestSeries:
    async def test_a_webinar_begins_one_and_others_join(self, editor: httpx.AsyncClient, shop: Webinar) -> None:
        typed = {"title": "Annex 1 in practice", "summary": "Four dates.", "one_registration": "yes"}
        assert (await editor.post(at(shop, "series/new"), data=typed)).status_code == 303
        series = await one("SELECT id, slug, one_registration FROM series")
        assert (series["slug"], series["one_registration"]) == ("annex-1-in-practice", True)
        other = await webinars.make()
        await editor.post(at(other, "series"), data={"series": str(series["id"])})
        assert await db.fetch_value("SELECT count(*) FROM webinar WHERE series = $1", series["id"]) == 2
        await editor.post(at(shop, "series"), data={"series": "0"})
        assert await db.fetch_value("SELECT count(*) FROM webinar WHERE series = $1", series["id"]) == 1
        gone = await editor.post(at(shop, "series"), data={"series": "4711"})
        assert (gone.status_code, fault(gone.text, "series")) == (409, "There is no such series any more.")
        empty = await editor.post(at(shop, "series/new"), data={"title": "", "summary": "Kept"})
        assert (empty.status_code, fault(empty.text, "title")) == (422, "Please fill in: title.")
        assert field(empty.text, "summary") == "Kept"

    async def test_a_series_is_changed_by_one_after_the_other_and_given_up(self, editor: httpx.AsyncClient) -> None:
        series = await stages.a_series("Annex 1")
        shop = await stages.announce(series_id=series)
        here = f"/staff/webinars/series/{series}"
        mark = await hidden(editor, here)
        assert (await editor.post(here, data={"title": "First’s", "seen": mark})).status_code == 303
        late = await editor.post(here, data={"title": "Second’s", "summary": "Typed", "seen": mark})
        assert late.status_code == 409
        assert "Title is stored as “First’s”" in words(late.text)
        assert field(late.text, "summary") == "Typed"
        again = {"title": "Second’s", "seen": field(late.text, "seen")}
        assert (await editor.post(here, data=again)).status_code == 303
        assert "Second’s" in words((await editor.get("/staff/webinars/series")).text)
        assert (await editor.post(f"{here}/removal")).status_code == 303
        assert await db.fetch_value("SELECT series FROM webinar WHERE id = $1", shop.webinar_id) is None
        assert (await editor.get(here)).status_code == 404
