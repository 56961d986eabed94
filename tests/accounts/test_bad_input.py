"""Bad input: naughty strings, wrong types, overlong, NUL, wrong encodings. Always 4xx or kept as typed, never a crash."""

import html
import json
import re
from collections.abc import Iterable, Iterator

import httpx
import pytest

from portal.core import db
from portal.core.text import name_fault, one_line
from tests import shared_data
from tests.accounts.conftest import AMARA, PASSWORD, Browser, OpenBrowser, account, newest_code, run_jobs

FORMS = {
    "/account/sign-in": {"email": AMARA, "password": PASSWORD},
    "/account/sign-in/codes": {"email": AMARA},
    "/account/sign-in/code": {"code": "123456"},
    "/account/sign-up": {"email": AMARA, "name": "Amara", "password": PASSWORD},
    "/account/sign-up/code": {"code": "123456"},
    "/account/reset": {"email": AMARA},
    "/account/reset/code": {"code": "123456"},
    "/account/reset/password": {"new_password": PASSWORD, "repeat": PASSWORD},
}
SIGNED_IN = {
    "/account/profile": {"name": "Amara", "timezone": "UTC"},
    "/account/address": {"email": "new@vials.example", "password": PASSWORD},
    "/account/address/code": {"code": "123456"},
    "/account/password": {"old_password": PASSWORD, "new_password": "another long one", "repeat": "another long one"},
    "/account/password/code": {"code": "123456", "new_password": "another long one", "repeat": "another long one"},
    "/account/organisations": {"name": "Company", "country": "DE"},
    "/account/privacy/erasure": {"code": "123456"},
}


def naughty() -> list[str]:
    found: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    return found


def together(strings: Iterable[str], most: int) -> Iterator[list[str]]:
    """The strings in groups that fill a field of so many characters when joined; a longer one is a group by itself."""
    group: list[str] = []
    for one in strings:
        if group and len(" ".join([*group, one])) > most:
            yield group
            group = []
        group.append(one)
    yield group


def calm(answer: httpx.Response) -> None:
    """Not a crash, and nothing of the inside shown."""
    assert answer.status_code < 500, answer.text
    assert [word for word in ("Traceback", "asyncpg", "portal/accounts") if word in answer.text] == []


async def unlimited() -> None:
    """These tests send more than one person would; the limits have tests of their own."""
    await db.execute("DELETE FROM rate_limit")


async def test_naughty_strings_as_names_are_kept_and_shown_harmless(amara: Browser) -> None:
    kept = 0
    links = [one for one in naughty() if name_fault(one)]
    for group in [*together([one for one in naughty() if not name_fault(one)], 120), *([one] for one in links)]:
        typed = " ".join(group)
        answer = await amara.post("/account/profile", name=typed, timezone="UTC")
        assert answer.status_code in (303, 422), typed
        if answer.status_code == 303:
            kept += len(group)
            page = await amara.get("/account")
            assert page.status_code == 200
            assert await amara.name() == one_line(typed)
            assert re.findall(r'id="f-name" name="name" type="text" value="([^"]*)"', page.text) == [
                html.escape(one_line(typed)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
            ]
    assert kept > 400


async def test_naughty_strings_as_passwords_sign_in_again_or_are_refused(open_browser: OpenBrowser) -> None:
    taken: list[tuple[Browser, str, str]] = []
    for number, typed in enumerate(naughty()[::6]):
        await unlimited()
        browser, email = await open_browser(), f"n{number}@vials.example"
        answer = await browser.post("/account/sign-up", email=email, name="Naughty", password=typed)
        assert answer.status_code in (303, 422)
        if answer.status_code == 303:
            taken.append((browser, email, typed))
    assert len(taken) > 30
    await run_jobs()
    for browser, email, typed in taken[::4]:
        await unlimited()
        await browser.post("/account/sign-up/code", code=await newest_code(email, worked=True))
        fresh = await open_browser()
        assert (await fresh.sign_in(email, typed)).status_code == 303, typed


SPECIAL = ["\x00", "a\x00b", "\ud800", "x" * 5000, "%00", "\r\nSet-Cookie: a=b", "\u202egnp.exe"]


@pytest.mark.parametrize("path", FORMS)
async def test_naughty_strings_in_every_field_of_every_public_form(browser: Browser, path: str) -> None:
    """One field at a time, the others as they should be, so that each gets as far as it can; `next` hinders none."""
    groups = [" ".join(group) for group in together(naughty()[::8], 120)]
    for field in FORMS[path]:
        for number, typed in enumerate([*SPECIAL, *groups]):
            if number % 4 == 0:
                await unlimited()
            text = typed.encode("utf-8", "replace").decode()
            answer = await browser.post(path, **{**FORMS[path], field: text, "next": text})
            calm(answer)
            assert answer.status_code != 429
            assert [c for c in answer.headers.get_list("set-cookie") if c.startswith("a=")] == []
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/account")


@pytest.mark.parametrize("path", [*FORMS, *SIGNED_IN])
async def test_bodies_that_are_no_form(amara: Browser, open_browser: OpenBrowser, path: str) -> None:
    browser = amara if path in SIGNED_IN else await open_browser()
    form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    bodies = [
        (b"", form), (b"\xff\xfe=\xff&email=\xc3\x28&password=\xff&code=\xf0\x28\x8c\xbc", form),
        (b"email=%ff%fe&name=%ed%a0%80&password=%c0%80&code=%ff", form), (b"&&&===&=&%&%zz=%", form),
        (b"{}", "application/json"), (b'{"email": ["a"], "code": {"a": 1}}', "application/json"), (b"{", "application/json"),
        (b"email=a", "text/plain"), (b"email=a", ""), (b"email=a", form + "; charset=utf-16"),
        (b"--x\r\ncontent-disposition: form-data; name=email\r\n\r\n\xff\r\n--x--\r\n", parts),
        (b"--x\r\ncontent-disposition: form-data; name=email; filename=a\r\n\r\na\r\n--x--\r\n", parts),
        (b"a=1&" * 2000, form),
        (b"nonsense", parts), (b"nonsense", "multipart/form-data"),
        (b"email=a&email=b&code=1&code=2&password=a&password=b&name=a&name=b", form),
    ]  # fmt: skip
    for body, kind in bodies:
        await unlimited()
        answer = await browser.client.post(path, content=body, headers={"Content-Type": kind} if kind else {})
        calm(answer)
        assert 300 < answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=Ren%E9+M%FCller&timezone=UTC", "application/x-www-form-urlencoded; charset=iso-8859-1"),
        ("name=René&timezone=UTC".encode("latin-1"), "application/x-www-form-urlencoded"),
        (b"name=Ren%ED%A0%80&timezone=UTC", "application/x-www-form-urlencoded"),
        (b"na%E9=a&name=Rene&timezone=UTC", "application/x-www-form-urlencoded"),
        (b"--x\r\ncontent-disposition: form-data; name=name\r\n\r\nRen\xe9\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\ncontent-disposition: form-data; name=name\r\ncontent-type: text/plain; charset=unicode_escape\r\n\r\n"
         b"\\ud800\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_another_encoding_is_refused_and_not_guessed_at(amara: Browser, body: bytes, kind: str) -> None:
    answer = await amara.client.post("/account/profile", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.text.count("a character encoding other than UTF-8") == 1
    assert await db.fetch_value("SELECT name FROM account") == "Amara Okonjo"


async def test_an_address_in_another_encoding_gets_no_code(browser: Browser) -> None:
    for path in ("/account/sign-in/codes", "/account/reset"):
        answer = await browser.client.post(
            path, content=b"email=%E9%FF@x.example", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 400
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 0


async def test_nul_in_a_form_is_a_blank(amara: Browser) -> None:
    """Whoever reads `sent` without the tidying of `bind`, as a password is, must not hand it to PostgreSQL."""
    new = "another\x00long\x00one"
    answer = await amara.post("/account/password", old_password=PASSWORD, new_password=new, repeat=new)
    assert answer.status_code == 303
    await amara.post("/account/sign-out")
    assert (await amara.sign_in(password="another long one")).status_code == 303
    await amara.post("/account/profile", name="Amara\x00Okonjo-Reuter", timezone="UTC")
    assert await amara.name() == "Amara Okonjo-Reuter"


async def test_a_form_with_too_many_fields_says_so(browser: Browser) -> None:
    answer = await browser.client.post(
        "/account/sign-in", content=b"a=1&" * 2000, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (answer.status_code, answer.text.count("This form has too many fields.")) == (400, 1)


async def test_a_huge_body_is_refused(browser: Browser) -> None:
    answer = await browser.client.post(
        "/account/sign-up",
        content=b"name=" + b"x" * 1_100_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


async def test_overlong_and_empty_fields_are_told_beside_each(browser: Browser) -> None:
    answer = await browser.post(
        "/account/sign-up", email="x" * 400 + "@vials.example", name="n" * 300, password="p" * 400
    )
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-e"', answer.text) == ["name", "email"]
    answer = await browser.post("/account/sign-up", email=AMARA, name="Amara", password="p" * 400)
    assert answer.text.count("Please use at most 200 characters; this has 400.") == 2
    answer = await browser.post("/account/sign-in", email="", password="")
    assert re.findall(r'id="f-(\w+)-e"', answer.text) == ["email", "password"]
    assert re.findall(r'<a class="link" href="#f-(\w+)"', answer.text) == ["email", "password"]


async def test_addresses_as_people_write_them(open_browser: OpenBrowser) -> None:
    """The list of isemail and email-validator: each is accepted or refused with a message, and none breaks a page."""
    browser = await open_browser()
    with (shared_data.folder("edge-cases") / "email-addresses.jsonl").open() as lines:
        read = [json.loads(line)["address"] for line in lines]
    addresses = [one for one in read if isinstance(one, str)]
    accepted = 0
    for address in addresses:
        await unlimited()
        answer = await browser.post("/account/sign-in/codes", email=address.encode("utf-8", "replace").decode())
        calm(answer)
        assert answer.status_code in (303, 422)
        accepted += answer.status_code == 303
    assert 40 < accepted < len(addresses) / 2


@pytest.mark.parametrize(
    "path", ["/account/organisations/", "/account/organisations/x", "/account/sessions/1e3/revocation"]
)
async def test_made_up_paths(amara: Browser, path: str) -> None:
    answer = await amara.get(path)
    calm(answer)
    assert answer.status_code in (200, 303, 404)


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**64, 10**40])
async def test_numbers_out_of_range(amara: Browser, number: int) -> None:
    for path in (
        f"/account/organisations/{number}", f"/account/organisations/{number}/departure",
        f"/account/invitations/{number}/acceptance", f"/account/organisations/{number}/members/{number}/removal",
    ):  # fmt: skip
        visit, sent = await amara.get(path), await amara.post(path)
        calm(visit)
        calm(sent)
        # A visit of where a form goes leads to the page above.
        assert visit.status_code == 303 or 400 <= visit.status_code < 500
        assert 400 <= sent.status_code < 500


async def test_an_account_stays_whole_after_all_of_it(amara: Browser) -> None:
    for path, fields in SIGNED_IN.items():
        for field in fields:
            for typed in ("", "\x00", "x" * 5000, "' OR 1=1 --", "<script>"):
                await unlimited()
                calm(await amara.post(path, **{**fields, field: typed}))
    assert await account(AMARA) == await db.fetch_value("SELECT id FROM account WHERE email = $1", AMARA)
    assert await db.fetch_value("SELECT count(*) FROM account") == 1
