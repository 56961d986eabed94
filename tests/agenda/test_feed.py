"""The calendar of an agenda: its secret, its versions, its zones, and how a phone gets it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar, Component

from portal.calendars.commands import feed_address
from portal.core import clock
from portal.events.tables import EventFormat
from tests.agenda.conftest import AMARA, Congress, Open, Reader, session
from tests.attending import Attending
from tests.factories import events
from tests.factories.registration import make_shop


async def address(reader: Reader) -> str:
    page = await reader.client.get("/agenda/phone")
    found = re.search(r'value="http://localhost:8000(/agenda/[^"]+\.ics)"', page.text)
    assert found is not None, page.text
    return found[1]


async def entries(client: httpx.AsyncClient, path: str) -> dict[str, Component]:
    """The calendar's entries by title."""
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_a_phone_reads_it_without_signing_in_and_can_only_read(
    reader: Reader, another: Open, congress: Congress
) -> None:
    await reader.sign_in()
    await reader.save(congress.key("films"))
    path, phone = await address(reader), await another()
    found = await entries(phone.client, path)
    films = found["About films"]
    assert films["DTSTART"].dt == events.NINE
    assert films["DTSTART"].params["TZID"] == "Europe/Vienna"
    assert str(films["LOCATION"]).startswith("Raum Prater")
    assert "ATTENDEE" not in films
    assert "ORGANIZER" not in films
    for method in ("POST", "PUT", "DELETE"):
        assert (await phone.client.request(method, path)).status_code in (303, 405)
    assert await phone.keys() == []
    assert (await phone.client.get(path.removesuffix(".ics"))).status_code == 200
    headers = (await phone.client.get(path)).headers
    assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex", "private, no-cache")


async def test_every_change_is_a_new_version_and_none_is_the_same_bytes(reader: Reader, congress: Congress) -> None:
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    path = await address(reader)
    first = await reader.client.get(path)
    again = await reader.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    versions = [int((await entries(reader.client, path))["About films"]["SEQUENCE"])]
    await reader.second(congress.key("films"), congress.key("vials"))
    second = (await entries(reader.client, path))["Second choice: About films"]
    assert (second["STATUS"], "Second choice to “About vials”." in second["DESCRIPTION"]) == ("TENTATIVE", True)
    versions.append(int(second["SEQUENCE"]))
    await congress.release(films=session("films", hours=0.25, room="Raum Prater"))
    versions.append(int((await entries(reader.client, path))["Second choice: About films"]["SEQUENCE"]))
    await reader.second(congress.key("films"), "")
    versions.append(int((await entries(reader.client, path))["About films"]["SEQUENCE"]))
    await reader.drop(congress.key("films"))
    assert list(await entries(reader.client, path)) == ["About vials"]
    await reader.save(congress.key("films"))
    versions.append(int((await entries(reader.client, path))["About films"]["SEQUENCE"]))
    assert versions == sorted(set(versions))
    assert (await reader.client.get(path)).content != first.content


async def test_signing_in_counts_on_from_what_the_browser_told(reader: Reader, congress: Congress) -> None:
    """A file opened before and one opened after are read by the same calendar program."""
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    films, vials = congress.key("films"), congress.key("vials")
    versions = []
    for first in (vials, "", vials, ""):
        await reader.second(films, first)
        told = await entries(reader.client, "/agenda/calendar.ics")
        versions += [int(one["SEQUENCE"]) for title, one in told.items() if "films" in title]
    await reader.sign_in()
    versions.append(int((await entries(reader.client, "/agenda/calendar.ics"))["About films"]["SEQUENCE"]))
    assert versions == sorted(set(versions))


async def test_what_is_cancelled_stays_as_cancelled(reader: Reader, congress: Congress) -> None:
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    path = await address(reader)
    before = (await entries(reader.client, path))["About vials"]
    await congress.release(vials=None)
    after = (await entries(reader.client, path))["Cancelled: About vials"]
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


async def test_a_new_address_stops_the_old_one(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("films"))
    old = await address(reader)
    assert (await reader.client.post("/agenda/phone/rotation")).status_code == 303
    assert (await reader.client.get(old)).status_code == 404
    assert (await reader.client.get(old.removesuffix(".ics"))).status_code == 404
    assert list(await entries(reader.client, await address(reader))) == ["About films"]


async def test_a_phone_keeps_what_it_was_handed_before_somebody_signed_in(
    reader: Reader, another: Open, congress: Congress
) -> None:
    """It goes on with what it had, follows changes, and hears nothing of what whoever signs in saves."""
    await reader.save(congress.key("films"))
    handed, phone = await address(reader), await another()
    await reader.sign_in()
    await reader.save(congress.key("closing"))
    assert list(await entries(phone.client, handed)) == ["About films"]
    await congress.release(films=None)
    assert list(await entries(phone.client, handed)) == ["Cancelled: About films"]
    await reader.client.post("/agenda/phone/rotation")
    assert (await phone.client.get(handed)).status_code == 404


async def test_places_are_in_it_with_the_way_into_online_rooms(attending: Attending) -> None:
    shop = await make_shop(format=EventFormat.ONLINE)
    await attending.register(shop)
    await attending.work()
    reader = Reader(attending.client)
    await reader.sign_in(AMARA)
    page = await reader.page()
    assert "Registered" in page
    assert f'href="/events/{shop.slug}/join"' in page
    [entry] = (await entries(reader.client, "/agenda/calendar.ics")).values()
    assert f"/events/{shop.slug}/join" in str(entry["CONFERENCE"])


@pytest.mark.parametrize(
    "path", ["/agenda/nothing.ics", "/agenda/%00", f"/agenda/{'x' * 32}.ics", "/agenda/calendar.ics.ics"]
)
async def test_other_addresses_lead_nowhere(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_another_s_feed_secret_opens_no_agenda(attending: Attending) -> None:
    """Nor does that of somebody who has no account any more, though places without an address of their own are left."""
    await attending.register(await make_shop(), 2)
    for kind in ("speaker", "exhibitor", "person", "agenda"):
        secret = await feed_address(kind=kind, key="999", now=clock.now())
        for path in ("agenda", "calendars/mine"):
            assert (await attending.client.get(f"/{path}/{secret}.ics")).status_code == 404, kind


async def test_an_empty_agenda_is_an_empty_calendar(client: httpx.AsyncClient) -> None:
    assert await entries(client, "/agenda/calendar.ics") == {}
    assert "Nothing saved yet" in (await client.get("/agenda/phone")).text


async def test_a_camera_reads_the_code(reader: Reader, congress: Congress, tmp_path: Path) -> None:
    if shutil.which("zbarimg") is None:
        pytest.skip("no zbarimg on this machine: the code was not read")
    await reader.save(congress.key("films"))
    page = (await reader.client.get("/agenda/phone")).text
    svg = re.search(r"<svg[^>]*viewBox=\"0 0 \d+ \d+\"[^>]*>.*?</svg>", page[page.index('class="qr') :], re.S)
    assert svg is not None
    picture = tmp_path / "code.png"
    _draw(svg[0], picture)
    read = subprocess.run(["zbarimg", "-q", "--raw", str(picture)], capture_output=True, text=True, check=True)
    assert read.stdout.strip() == f"http://localhost:8000{(await address(reader)).removesuffix('.ics')}"


def _draw(svg: str, picture: Path) -> None:
    """The picture as our typesetter draws it, in a process of its own as in the portal."""
    source = picture.with_suffix(".typ")
    picture.with_suffix(".svg").write_text(svg)
    source.write_text('#set page(width: 8cm, height: 8cm, margin: 0cm)\n#image("code.svg", width: 100%)')
    drawn = f"import typst; typst.compile({str(source)!r}, output={str(picture)!r}, format='png', ppi=150.0)"
    subprocess.run([sys.executable, "-c", drawn], check=True)
