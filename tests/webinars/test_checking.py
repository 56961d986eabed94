"""Anybody checks a certificate by its number: valid, taken back, mistyped; and learns nothing else."""

import html
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.core.tokens import READABLE
from portal.webinars.commands.certificates import revoke
from portal.webinars.documents.certificates import certificate_pdf
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import certificates
from portal.webinars.queries.certificates import Certificate
from portal.webinars.rules.certificate_numbers import fault, make, read
from tests.factories import webinars
from tests.factories.attendance import over, was_there
from tests.paying import text_of
from tests.reading_pdfs import links, needs_a_scanner, pages, pictures, scanned, squeezed, standards

seeds = st.integers(0, 10**9)


def drawn(seed: int) -> str:
    random = Random(seed)
    return make(lambda count: "".join(random.choices(READABLE, k=count)))


NUMBER = drawn(7)


@given(seeds)
def test_a_number_is_read_however_it_is_typed(seed: int) -> None:
    number = drawn(seed)
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " – "), f" {number}\t"):
        assert read(typed) == number


@given(seeds, st.data())
def test_one_wrong_character_and_two_changed_about_are_found(seed: int, data: st.DataObject) -> None:
    plain = drawn(seed).replace("-", "")
    at = data.draw(st.integers(0, 9))
    other = data.draw(st.sampled_from(READABLE).filter(lambda char: char != plain[at]))
    assert read(plain[:at] + other + plain[at + 1 :]) is None
    one, two = data.draw(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True))
    swapped = list(plain)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert read("".join(swapped)) is None or swapped == list(plain)


@given(st.text(max_size=40))
def test_anything_else_is_no_number_and_is_told_why(typed: str) -> None:
    if read(typed) is None:
        assert fault(typed)


def test_faults_say_what_is_wrong() -> None:
    assert fault("OQ4K2-2M9DN") == "Our numbers never have O. Please compare it with the certificate."
    assert fault("7Q4K2") == "Our numbers have 10 characters; this one has 5."
    assert fault("7Q4K2-2M9DD").startswith("This number has a typing mistake")
    assert fault(" ") == "Please type the number that stands on the certificate."


async def issued(name: str = "anna") -> Certificate:
    made = await over()
    anna = await webinars.join(made, f"{name}@a.example", name.title())
    await was_there(made, anna, 0, 50)
    await jobs.issue_due()
    [one] = await certificates.of_seat(made.webinar_id, anna.seat_id)
    return one


async def test_a_valid_one_shows_what_is_printed_and_no_more(client: httpx.AsyncClient) -> None:
    one = await issued()
    page = await client.get(one.path)
    assert page.status_code == 200
    assert (page.headers["x-robots-tag"], page.headers["cache-control"]) == ("noindex", "private, no-store")
    told = text_of(page)
    for words in (
        "This certificate holds",
        one.number,
        "Anna Lindqvist",
        "Brennhof Pharma",
        html.escape(one.title),
        one.held_on,
        "50 minutes",
    ):
        assert words in told
    assert "anna@a.example" not in page.text


async def test_a_number_typed_into_the_form_leads_to_its_page(client: httpx.AsyncClient) -> None:
    one = await issued()
    asked = await client.get("/certificates", params={"number": one.number.lower().replace("-", " ")})
    assert (asked.status_code, asked.headers["location"]) == (303, one.path)
    assert (await client.get(one.path.lower())).headers["location"] == one.path
    assert (await client.get("/certificates")).status_code == 200


async def test_a_typing_mistake_is_told_from_a_number_nobody_has(client: httpx.AsyncClient) -> None:
    one = await issued()
    wrong = one.number[:-1] + ("A" if one.number[-1] != "A" else "B")
    mistyped = await client.get("/certificates", params={"number": wrong})
    assert mistyped.status_code == 422
    assert "This number has a typing mistake" in text_of(mistyped)
    assert f'value="{wrong}"' in mistyped.text
    assert (await client.get(f"/certificates/{wrong}")).status_code == 404
    unknown = await client.get(f"/certificates/{drawn(1)}")
    assert unknown.status_code == 404
    assert "was ever issued here" in text_of(unknown)


@pytest.mark.parametrize(("public", "said"), [(True, ": Issued twice"), (False, ".")])
async def test_one_that_was_taken_back_says_when_and_why_only_if_that_is_for_everybody(
    client: httpx.AsyncClient, public: bool, said: str
) -> None:
    one = await issued()
    await revoke(
        number=one.number, reason="Issued twice", public=public, actor=PORTAL, now=datetime(2026, 12, 1, 12, tzinfo=UTC)
    )
    told = text_of(await client.get(one.path))
    assert f"It was taken back on 1 December 2026{said} " in told.replace(" .", ".")
    assert ("Issued twice" in told) == public


async def test_trying_numbers_is_stopped_and_checking_real_ones_is_not(client: httpx.AsyncClient) -> None:
    one = await issued()
    for _ in range(61):
        assert (await client.get(one.path)).status_code == 200
    answers = [(await client.get(f"/certificates/{drawn(seed)}")).status_code for seed in range(61)]
    assert (set(answers[:60]), answers[60]) == ({404}, 429)


def paper(**more: Any) -> Certificate:
    given = {
        "id": 1, "number": NUMBER, "webinar_id": 1, "seat_id": 1, "slug": "annex-1", "email": "amara@brennhof.example",
        "name": "Amara Okonjo-Reuter", "company": "Brennhof Pharma GmbH", "title": "Annex 1, three years on",
        "held_on": "24 November 2026", "minutes": 52, "credit": "1 CPD hour",
        "issued_at": datetime(2026, 11, 24, 15, 20, tzinfo=UTC), "revoked_at": None, "revoked_reason": "",
        "reason_is_public": False,
    }  # fmt: skip
    return Certificate(**{**given, **more})


PAPER = f"""
Certificate of attendance Amara Okonjo-Reuter Brennhof Pharma GmbH took part in the webinar Annex 1, three years on
Date 24 November 2026 Attended 52 minutes Issued 24 November 2026 Credit 1 CPD hour
Sterile Line {NUMBER} Whether it holds stands on localhost:8000/certificates
"""


async def test_the_paper_says_who_what_when_and_how_long() -> None:
    made = await certificate_pdf(paper())
    [page] = pages(made)
    assert squeezed(page) == squeezed(PAPER)
    assert standards(made) == ["PDF/A-2A", "PDF/UA-1"]
    assert pictures(made)[-1] == f"QR code: check certificate {NUMBER}"
    assert f"http://localhost:8000/certificates/{NUMBER}" in links(made)
    assert await certificate_pdf(paper()) == made


@needs_a_scanner
@pytest.mark.parametrize(
    "crowded",
    [{}, {"name": "W" * 250, "company": "K" * 200, "title": "Aseptic processing " * 13, "credit": "Category " * 22}],
)
async def test_a_phone_reads_where_it_is_checked(crowded: dict[str, str]) -> None:
    made = await certificate_pdf(paper(**crowded))
    assert scanned(made) == scanned(made, dots_per_inch=80) == [f"http://localhost:8000/certificates/{NUMBER}"]


@pytest.mark.parametrize("name", ["Νίκος Παπαδόπουλος", "張偉", "#set page(fill: red)", "$1 \\ *_`@<label>", "😀"])
async def test_any_name_is_printed_as_text_on_one_page(name: str) -> None:
    assert len(pages(await certificate_pdf(paper(name=name, company=name, title=name, credit=name)))) == 1


async def test_one_that_was_taken_back_is_not_printed() -> None:
    with pytest.raises(Conflict):
        await certificate_pdf(paper(revoked_at=clock.now(), revoked_reason="x"))


async def test_whoever_signs_in_finds_their_own(client: httpx.AsyncClient, sign_in: Any) -> None:
    mine, other = await issued("amara"), await issued("ben")
    assert (await client.get("/account/certificates")).status_code == 303
    amara = await sign_in(email="amara@a.example")
    told = text_of(await amara.get("/account/certificates"))
    assert (mine.number in told, other.number in told) == (True, False)
    assert (await amara.get(f"/account/certificates/{mine.number}/pdf")).headers["content-type"] == "application/pdf"
    assert (await amara.get(f"/account/certificates/{other.number}/pdf")).status_code == 404
    assert (await amara.get("/account/certificates/nonsense/pdf")).status_code == 404
    await db.execute("DELETE FROM seat WHERE id = $1", mine.seat_id)
    assert mine.number in text_of(await amara.get("/account/certificates"))
