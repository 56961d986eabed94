"""Ticket payloads: compact in a QR code, bound to one event, and not to be guessed or altered."""

import segno
from hypothesis import given
from hypothesis import strategies as st

from portal.core.tokens import READABLE, readable, signature
from portal.registration.rules.ticket_codes import check_payload, grouped, ticket_payload

CODES = st.text(READABLE, min_size=8, max_size=12)


def test_the_payload_is_compact() -> None:
    payload = ticket_payload(7, "7Q4K22M9DX")
    assert payload == f"TF1-7Q4K22M9DX-{signature('ticket', '7:7Q4K22M9DX').upper()}"
    code = segno.make_qr(payload, error="m", boost_error=False)
    assert (code.mode, code.designator) == ("alphanumeric", "3-M")


@given(event=st.integers(1, 2**62), code=CODES)
def test_a_payload_gives_its_code_back(event: int, code: str) -> None:
    payload = ticket_payload(event, code)
    typed = f"  {payload[:9].lower()} {payload[9:20]}\n{payload[20:].lower()}\t"
    assert check_payload(event, payload) == code
    assert check_payload(event, typed) == code
    assert check_payload(event + 1, payload) is None


@given(code=CODES, at=st.integers(0, 60), put=st.characters(codec="utf-8"))
def test_an_altered_payload_is_refused(code: str, at: int, put: str) -> None:
    payload = ticket_payload(7, code)
    place = at % len(payload)
    altered = payload[:place] + put + payload[place + 1 :]
    unchanged = "".join(altered.split()).upper() == payload
    assert check_payload(7, altered) == (code if unchanged else None)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    assert check_payload(7, text) is None
    assert check_payload(7, f"TF1-{text}") is None
    assert check_payload(7, f"TF1-7Q4K22M9DX-{text}") is None


def test_a_signature_for_something_else_is_refused() -> None:
    assert check_payload(7, f"TF1-7Q4K22M9DX-{signature('feed', '7:7Q4K22M9DX')}") is None
    assert check_payload(7, f"TF2-7Q4K22M9DX-{signature('ticket', '7:7Q4K22M9DX')}") is None
    assert check_payload(7, f"TF1--{signature('ticket', '7:')}") is None


def test_codes_are_read_in_groups() -> None:
    assert grouped("7Q4K2M9D") == "7Q4K 2M9D"
    assert grouped("7Q4K22M9DX") == "7Q4K2 2M9DX"
    assert [len(part) for part in grouped(readable(12)).split()] == [4, 4, 4]
