"""Addresses as people type them, and as those do who mean mischief: none of them breaks a page."""

import httpx
import pytest

from portal.core.addresses import is_own_path, is_secure, parts_of
from portal.webinars.rules.sources import refusals, stored
from portal.webinars.tables.rooms import VideoSource
from tests.events.conftest import editor, sign_in

__all__ = ["editor", "sign_in"]
NONE = ("https://[", "https://[::1", "//[", "https://a.example:port/", "https://a.example:99999999")


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_address_has_no_parts(typed: str) -> None:
    assert (parts_of(typed).geturl(), parts_of(typed).hostname) == ("", None)
    for source in VideoSource:
        assert stored(source, typed) == typed
        assert bool(refusals(source, typed)) is (source is not VideoSource.NONE)


@pytest.mark.parametrize(
    ("typed", "own", "secure"),
    [
        ("/events", True, False), ("/", True, False), ("//evil.example", False, False), ("/\\evil.example", False, False),
        ("/a b", False, False), ("/a\tb", False, False), ("https://slides.example/31?a=1#b", False, True),
        ("https://user@evil.example", False, False), ("https://slides.example\\@evil.example", False, False),
        ("https://a.example/\u202efdp", False, False), ("http://slides.example", False, False),
        ("javascript:alert(1)", False, False), ("", False, False), ("https://", False, False),
        ("https://münchen.example/ü", False, True),
    ],
)  # fmt: skip
def test_where_pages_may_lead(typed: str, own: bool, secure: bool) -> None:
    assert (is_own_path(typed), is_secure(typed)) == (own, secure)


@pytest.mark.parametrize("typed", NONE)
async def test_forms_say_so_beside_their_field(editor: httpx.AsyncClient, typed: str) -> None:
    answer = await editor.post("/staff/speakers", data={"name": "Anna", "website": typed})
    assert answer.status_code == 422
    assert "Please give a full address that starts with https://." in answer.text


@pytest.mark.parametrize("said", NONE)
async def test_a_form_sent_from_nowhere_is_refused(client: httpx.AsyncClient, said: str) -> None:
    del client.headers["sec-fetch-site"]
    answer = await client.post("/account/sign-in", data={}, headers={"origin": said})
    assert answer.status_code == 403
