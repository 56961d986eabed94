"""`/staff/speakers`: who gets in, making and changing a person, photos, two editors at once, erasing."""

import re

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.speakers import commands, privacy
from portal.speakers.values import SpeakerFacts
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.factories import companies, stages
from tests.media.made import photo, saved
from tests.queries import counting

HERE = "/staff/speakers"
MARIT = {
    "name": "Marit Solheim", "job_title": "Inspector", "company_name": "Tessin Lyo", "profile": "",
    "email": "marit@tessin.example", "website": "https://solheim.example", "links": "", "bio": "Inspected **a lot**.",
}  # fmt: skip


async def stored(speaker_id: int) -> dict[str, object]:
    row = await db.fetch_one("SELECT * FROM speaker WHERE id = $1", speaker_id)
    assert row is not None
    return dict(row)


async def seen(editor: httpx.AsyncClient, speaker_id: int) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', (await editor.get(f"{HERE}/{speaker_id}")).text)
    assert found is not None
    return found[1]


class TestWhoGetsIn:
    async def test_visitors_are_asked_to_sign_in(self, client: httpx.AsyncClient) -> None:
        speaker_id = await stages.person()
        for path in (HERE, f"{HERE}/new", f"{HERE}/{speaker_id}"):
            assert (await client.get(path)).headers["location"].startswith("/account/sign-in?next=")
        for path in (HERE, f"{HERE}/{speaker_id}", f"{HERE}/{speaker_id}/removal"):
            assert (await client.post(path, data=MARIT)).status_code == 303
        assert await db.fetch_value("SELECT count(*) FROM speaker") == 1

    @pytest.mark.parametrize("role", [None, StaffRole.FINANCE, StaffRole.DOOR, StaffRole.SUPPORT])
    async def test_others_may_not(self, sign_in: SignIn, role: StaffRole | None) -> None:
        speaker_id = await stages.person()
        person = await sign_in(role)
        assert (await person.get(HERE)).status_code == 403
        assert (await person.post(f"{HERE}/{speaker_id}/removal")).status_code == 403
        assert await db.fetch_value("SELECT count(*) FROM speaker") == 1

    async def test_numbers_that_are_none(self, editor: httpx.AsyncClient) -> None:
        for wrong in ("4711", "0", "-1", "99999999999999999999999", "x"):
            assert (await editor.get(f"{HERE}/{wrong}")).status_code in (400, 404)
        assert (await editor.get(f"{HERE}?page=2")).status_code == 404


class TestMaking:
    async def test_a_person_is_made_and_found(self, editor: httpx.AsyncClient) -> None:
        await companies.make("Tessin Lyo SA")
        answer = await editor.post(HERE, data={**MARIT, "profile": "tessin lyo"})
        assert answer.status_code == 303
        speaker_id = int(answer.headers["location"].rpartition("/")[2])
        row = await stored(speaker_id)
        assert (row["slug"], row["email"], row["bio_html"]) == (
            "marit-solheim", "marit@tessin.example", "<p>Inspected <strong>a lot</strong>.</p>\n",
        )  # fmt: skip
        page = (await editor.get(answer.headers["location"])).text
        assert "Made. The page is public once a programme names this person." in words(page)
        assert 'value="/companies/tessin-lyo"' in page
        for query, found in (("?q=solh", True), ("?q=TESSIN", True), ("?q=%25", False), ("?q=nobody", False)):
            assert ("Marit Solheim" in words((await editor.get(HERE + query)).text)) is found
        audit = await db.fetch("SELECT verb, key FROM audit_entry WHERE kind = 'speaker'")
        assert [(row["verb"], row["key"]) for row in audit] == [("made", str(speaker_id))]

    async def test_namesakes_have_addresses_of_their_own(self, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            await commands.save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Marit Solheim"), now=clock.now())
        rows = await db.fetch("SELECT slug FROM speaker ORDER BY id")
        assert [row["slug"] for row in rows] == ["marit-solheim", "marit-solheim-2", "marit-solheim-3"]

    @pytest.mark.parametrize(
        ("wrong", "field", "said"),
        [
            ({"name": ""}, "name", "Please fill in: name."),
            ({"name": "www.solheim.example"}, "name", "Please type a name only, without the address of a page."),
            ({"name": "x" * 201}, "name", "Please keep this under 200 characters; it has 201."),
            ({"email": "marit"}, "email", "Please check the address: it should look like name@company.com."),
            ({"website": "solheim.example"}, "website", "Please give a full address that starts with https://."),
            ({"website": "javascript:alert(1)"}, "website", "Please give a full address that starts with https://."),
            ({"profile": "Nobody AG"}, "profile", "We know no public company of this name or address."),
            (
                {"profile": "Twins"},
                "profile",
                "Several companies are called so. Please paste the address of the profile.",
            ),
            ({"bio": "x" * 6001}, "bio", "Please keep this under 6000 characters; it has 6001."),
        ],
    )
    async def test_faults_stand_beside_their_field_and_what_was_typed_stays(
        self, editor: httpx.AsyncClient, wrong: dict[str, str], field: str, said: str
    ) -> None:
        await companies.make("Twins GmbH")
        await companies.make("Twins AG")
        answer = await editor.post(HERE, data={**MARIT, "job_title": "Typed Title", **wrong})
        assert answer.status_code == 422
        assert re.search(rf'id="f-{field}-e">.*?<span>{re.escape(said)}</span>', answer.text, re.S), answer.text
        assert 'value="Typed Title"' in answer.text
        assert await db.fetch_value("SELECT count(*) FROM speaker") == 0


class TestChanging:
    async def test_the_form_shows_what_is_stored_and_saves_it(self, editor: httpx.AsyncClient) -> None:
        speaker_id = await stages.person("Marit Solheim", job_title="Inspector")
        mark = await seen(editor, speaker_id)
        answer = await editor.post(f"{HERE}/{speaker_id}", data={**MARIT, "job_title": "Adviser", "seen": mark})
        assert answer.status_code == 303
        row = await stored(speaker_id)
        assert (row["job_title"], row["slug"]) == ("Adviser", "marit-solheim")
        assert "Every page that names this person shows it at once" in words(
            (await editor.get(f"{HERE}/{speaker_id}")).text
        )

    async def test_the_second_editor_sees_what_the_first_changed(self, editor: httpx.AsyncClient) -> None:
        speaker_id = await stages.person("Marit Solheim", job_title="Inspector")
        mark = await seen(editor, speaker_id)
        await editor.post(f"{HERE}/{speaker_id}", data={**MARIT, "job_title": "First’s title", "seen": mark})
        second = {**MARIT, "job_title": "Second’s title", "bio": "Typed text", "seen": mark}
        answer = await editor.post(f"{HERE}/{speaker_id}", data=second)
        assert answer.status_code == 409
        said = words(answer.text)
        assert "Not saved yet Somebody else changed this while you were editing it." in said
        assert "Job title is stored as “First’s title”" in said
        assert "About is stored as “Inspected **a lot**.”" in said
        assert "Typed text" in answer.text
        assert (await stored(speaker_id))["job_title"] == "First’s title"
        again = re.search(r'name="seen" value="([0-9a-f]+)"', answer.text)
        assert again is not None
        assert (await editor.post(f"{HERE}/{speaker_id}", data={**second, "seen": again[1]})).status_code == 303
        assert (await stored(speaker_id))["job_title"] == "Second’s title"

    async def test_one_or_thirty_take_the_same(self, editor: httpx.AsyncClient) -> None:
        async def statements() -> int:
            async with counting() as asked:
                assert (await editor.get(HERE)).status_code == 200
            return len(asked)

        await stages.person()
        one = await statements()
        for n in range(29):
            await stages.person(f"Person {n}")
        assert await statements() == one


class TestPhotos:
    async def test_a_photo_is_made_anew_shown_and_taken_off(self, editor: httpx.AsyncClient) -> None:
        await stages.announce(speakers_named=("Marit Solheim",))
        speaker_id = await stages.person("Marit Solheim")
        mark = await seen(editor, speaker_id)
        files = {"photo": ("me.png", saved(photo((800, 800))), "image/png")}
        answer = await editor.post(f"{HERE}/{speaker_id}", data={**MARIT, "seen": mark}, files=files)
        assert answer.status_code == 303, answer.text
        key = (await stored(speaker_id))["photo"]
        public = (await editor.get("/speakers/marit-solheim")).text
        shown = re.search(rf'src="(/media/{key}/[^"]+)"', public)
        assert shown is not None
        picture = await editor.get(shown[1])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
        answer = await editor.post(
            f"{HERE}/{speaker_id}", data={**MARIT, "no_photo": "yes", "seen": await seen(editor, speaker_id)}
        )
        assert answer.status_code == 303
        assert (await editor.get(shown[1])).status_code == 404

    async def test_what_is_no_picture_is_refused_beside_the_field(self, editor: httpx.AsyncClient) -> None:
        files = {"photo": ("me.png", b"MZ not a picture", "image/png")}
        answer = await editor.post(HERE, data=MARIT, files=files)
        assert answer.status_code == 422
        assert re.search(r'id="f-photo-e">.*?This is not a picture we can read', answer.text, re.S)
        assert "Please choose me.png again." in words(answer.text)
        assert await db.fetch_value("SELECT count(*) FROM speaker") == 0


async def test_removing_takes_a_person_off_every_programme(editor: httpx.AsyncClient) -> None:
    shop = await stages.announce(speakers_named=("Marit Solheim", "Ercole Banfi"))
    speaker_id = await stages.person("Marit Solheim")
    said = words((await editor.get(f"{HERE}/{speaker_id}")).text)
    assert "Marit Solheim disappears from 1 public programme, at once." in said
    assert (await editor.post(f"{HERE}/{speaker_id}/removal")).headers["location"] == HERE
    page = words((await editor.get(f"/events/{shop.slug}")).text)
    assert "Ercole Banfi" in page
    assert "Marit Solheim" not in page
    assert (await editor.post(f"{HERE}/{speaker_id}/removal")).status_code == 404


async def test_a_person_sees_what_is_known_and_is_forgotten(client: httpx.AsyncClient) -> None:
    shop = await stages.announce(speakers_named=("Marit Solheim",))
    await db.execute("UPDATE speaker SET email = 'marit@tessin.example', bio = 'Inspected.'")
    (known,) = await privacy.known_about("marit@tessin.example")
    assert (known["name"], known["about"], known["page"]) == ("Marit Solheim", "Inspected.", "/speakers/marit-solheim")
    told = await privacy.forget("marit@tessin.example", clock.now())
    assert told == "You are on no programme any more; your page and photo are gone."
    assert "Marit" not in (await client.get(f"/events/{shop.slug}")).text
    assert await privacy.forget("marit@tessin.example", clock.now()) == "You were not known as a speaker."
    assert "Marit" not in str(await db.fetch("SELECT facts FROM audit_entry WHERE kind = 'speaker'"))
