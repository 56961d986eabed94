"""Mails from templates: subject, text, HTML, and how the HTML looks on a phone."""

import json
from pathlib import Path

import pytest
from jinja2 import FileSystemLoader, TemplateNotFound, UndefinedError

from portal.notifications import composing
from portal.web.rendering import TEMPLATES
from tests import shared_data
from tests.chromium import chromium, faults

OURS = FileSystemLoader([Path(__file__).parent / "templates", TEMPLATES])
FACTS = {
    "event": "Fill & Finish Forum Vienna",
    "name": "Amara",
    "when": "9–11 February 2027, 09:00 CET",
    "where": "Donauhalle Wien\nUferstrasse 14, 1220 Vienna",
}


def test_subject_and_text() -> None:
    subject, text, _ = composing.compose_with(OURS, "sample", **FACTS)
    assert subject == "Fill & Finish Forum Vienna: your ticket"
    assert text == (
        "Hello Amara,\n\n"
        "you are going to Fill & Finish Forum Vienna. Your ticket is attached, and the\n"
        "invitation puts the days into your calendar.\n\n"
        "- When: 9–11 February 2027, 09:00 CET\n"
        "- Where: Donauhalle Wien\nUferstrasse 14, 1220 Vienna\n"
        "- What to bring: a photo identity card, because the hall is on the premises of\n"
        "  a manufacturer and the guards will ask for it.\n\n"
        "See everything that has happened with your order:\n"
        "http://localhost:8000/orders/7Q4K2M9D\n\n"
        "Sterile Line, Contract manufacturing, in depth\n"
        "Questions? desk@sterileline.example\n"
    )


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    _, text, html = composing.compose_with(OURS, "sample", **{**FACTS, "name": "<script>alert(1)</script> & co"})
    assert "Hello <script>alert(1)</script> & co," in text
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html


def test_a_line_break_in_a_value_stays_out_of_the_subject() -> None:
    facts = {**FACTS, "event": "Forum\r\nBcc: victim@elsewhere.example"}
    subject, text, _ = composing.compose_with(OURS, "sample", **facts)
    assert subject == "Forum Bcc: victim@elsewhere.example: your ticket"
    assert text.startswith("Hello Amara,\n")


def test_the_footer_offers_a_choice_where_there_is_one() -> None:
    _, text, html = composing.compose_with(OURS, "sample", **FACTS, preferences="https://x.example/mail/preferences/t")
    assert text.endswith("Choose what mail you get, or stop this one:\nhttps://x.example/mail/preferences/t\n")
    assert html.count('href="https://x.example/mail/preferences/t"') == 1
    assert composing.compose_with(OURS, "sample", **FACTS)[2].count("/mail/preferences/") == 0


def test_a_missing_value_or_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        composing.compose_with(OURS, "sample", event="x")
    with pytest.raises(TemplateNotFound):
        composing.compose("no_such_mail")


def test_wrapping_keeps_addresses_lists_and_paragraphs() -> None:
    address = "https://portal.example/orders/" + "x" * 90
    text = f"One {'word ' * 30}end\n\n\n\n1. {'item ' * 20}\n{address}\n  - {'deep ' * 20}"
    lines = composing.wrapped(text).splitlines()
    assert [line for line in lines if len(line) > 78] == [address]
    assert composing.wrapped(text).count("\n\n") == 1
    assert [line[:3] for line in lines if line.startswith(("1.", "   "))] == ["1. ", "   ", "   "]


def test_naughty_strings_do_not_break_a_mail() -> None:
    naughty: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    for given in naughty:
        subject, _, html = composing.compose_with(OURS, "sample", **{**FACTS, "name": given, "event": given})
        assert "\n" not in subject
        assert html.count("<script") == html.count("<img") == html.count("<iframe") == 0


@pytest.mark.parametrize(
    ("oklch", "hex_colour"),
    [
        ((1, 0, 0), "#ffffff"),
        ((0, 0, 0), "#000000"),
        ((0.628, 0.2577, 29.23), "#ff0000"),
        ((0.8664, 0.2948, 142.5), "#00ff00"),
        ((0.452, 0.3132, 264.05), "#0000ff"),
        ((0.5, 0.4, 140), "#008900"),
    ],
)
def test_colours_for_mail_clients(oklch: tuple[float, float, float], hex_colour: str) -> None:
    assert composing.hex_of(*oklch) == hex_colour


@pytest.mark.browser
async def test_a_mail_fits_a_phone() -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    _, _, html = composing.compose_with(OURS, "sample", **{**FACTS, "event": long, "where": "x" * 200})
    async with chromium(instead="the HTML mail was not looked at") as browser:
        phone = await browser.new_page()
        await phone.set_content(html)
        assert await faults(phone, widths=[360], best_practice=False) == []
        small = await phone.evaluate(
            "[...document.querySelectorAll('p, td, th, a')].filter(e => e.textContent.trim() "
            "&& parseFloat(getComputedStyle(e).fontSize) < 13).length"
        )
        grounds = []
        for scheme in ("light", "dark"):
            await phone.emulate_media(color_scheme=scheme)
            grounds.append(await phone.evaluate("getComputedStyle(document.body).backgroundColor"))
        await phone.set_viewport_size({"width": 1200, "height": 800})
        wide = await phone.evaluate("document.querySelector('h1').closest('table').getBoundingClientRect().width")
    assert (small, wide) == (0, 600)
    assert grounds == ["rgb(234, 241, 242)", "rgb(8, 15, 18)"]
