"""Who may tell us that money moved, and that every age of Stripe's events is understood."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.demo.stripe_standin.deliveries import sign
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.values import ForgedEvent, GatewayRefused
from tests import shared_data

SECRET = "whsec_forThisTest"
GATEWAY = StripeGateway("sk_test_x", webhook_secret=SECRET)
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "created": 1795424400,
    "livemode": False,
    "data": {
        "object": {"id": "cs_1", "object": "checkout.session", "payment_intent": "pi_1", "metadata": {"purchase": "p"}}
    },
}
BODY = json.dumps(EVENT).encode()


def test_a_signed_event_is_read() -> None:
    event = GATEWAY.verify_event(BODY, sign(BODY, SECRET))
    assert (event.id, event.type, event.object_type, event.object_id) == (
        "evt_1", "checkout.session.completed", "checkout.session", "cs_1",
    )  # fmt: skip
    assert (event.session_id, event.payment_intent, event.metadata) == ("cs_1", "pi_1", {"purchase": "p"})
    assert (event.live, event.created_at and int(event.created_at.timestamp())) == (False, 1795424400)


NOW = int(time.time())
FORGED = {
    "none": "",
    "nonsense": "nonsense",
    "empty parts": "t=,v1=",
    "no signature": f"t={NOW}",
    "empty signature": f"t={NOW},v1=",
    "letters outside ASCII": f"t={NOW},v1=\u00e9\u00ff",
    "an endless time": f"t={'9' * 5000},v1=00",
    "only the scheme of test mode": f"t={NOW},v0=" + "0" * 64,
    "another secret": sign(BODY, "whsec_somebodyElses"),
    "another body": sign(BODY + b" ", SECRET),
    "too old": sign(BODY, SECRET, NOW - 301),
    "another scheme": sign(BODY, SECRET).replace("v1=", "v2="),
}


@pytest.mark.parametrize("signature", FORGED.values(), ids=FORGED.keys())
def test_forged_and_stale_signatures_are_refused(signature: str) -> None:
    with pytest.raises(ForgedEvent) as refusal:
        GATEWAY.verify_event(BODY, signature)
    assert refusal.value.code == "signature"
    assert isinstance(refusal.value, GatewayRefused)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(ForgedEvent):
        GATEWAY.verify_event(BODY.replace(b"cs_1", b"cs_2"), sign(BODY, SECRET))


@pytest.mark.parametrize("secret", ["", "  ", "\n"])
def test_without_a_secret_everything_is_refused(secret: str) -> None:
    with pytest.raises(ForgedEvent):
        StripeGateway("sk_test_x", webhook_secret=secret).verify_event(BODY, sign(BODY, secret))


def test_one_good_signature_among_old_ones_is_enough() -> None:
    """While a secret is rolled, Stripe signs with both."""
    at = int(time.time())
    good = sign(BODY, SECRET, at).split(",")[1]
    assert GATEWAY.verify_event(BODY, f"t={at},v1={'0' * 64},{good}").id == "evt_1"


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b'"text"', b"{", b"{}", b'{"id":1,"type":"a"}', b'{"id":"evt_1"}', b'{"id":"","type":"a"}',
     b'{"id":"e","type":"a","data":[1]}', b'{"id":"e","type":"a","data":{"object":"x"}}', b"\xff\xfe"],
)  # fmt: skip
def test_signed_nonsense_is_refused(payload: bytes) -> None:
    with pytest.raises(ForgedEvent):
        GATEWAY.verify_event(payload, sign(payload, SECRET))


@pytest.mark.parametrize("created", [99999999999999999, -(10**30), "yesterday", None, 1.5])
def test_an_impossible_time_is_no_time(created: Any) -> None:
    payload = json.dumps({"id": "evt_1", "type": "a", "created": created, "data": {}}).encode()
    event = GATEWAY.verify_event(payload, sign(payload, SECRET))
    assert (event.created_at, event.object_id) == (None, "")


@given(payload=st.binary(max_size=200), signature=st.text(max_size=120))
def test_no_delivery_breaks_it(payload: bytes, signature: str) -> None:
    with pytest.raises(ForgedEvent):
        GATEWAY.verify_event(payload, signature)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "object", "data", "type", "metadata", "payment_intent"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_no_signed_event_breaks_it(data: Any) -> None:
    payload = json.dumps({"id": "evt_1", "type": "x", "data": data}).encode()
    with suppress(ForgedEvent):
        assert GATEWAY.verify_event(payload, sign(payload, SECRET)).id == "evt_1"


def fixtures(*parts: str) -> list[Any]:
    if not shared_data.present("stripe"):
        return [pytest.param(None, id="no shared data")]
    folder = shared_data.folder("stripe").joinpath(*parts)
    return [pytest.param(file, id=file.stem) for file in sorted(folder.rglob("*.json"))]


@pytest.mark.parametrize("file", fixtures("webhook-events"))
def test_every_known_event_is_understood(file: Path | None) -> None:
    """Old shapes on purpose: api_version of 2020, or none, and placeholders for ids."""
    if file is None:
        shared_data.folder("stripe")
    assert file is not None
    payload = file.read_bytes()
    said = json.loads(payload)
    event = GATEWAY.verify_event(payload, sign(payload, SECRET))
    thing = said["data"]["object"]
    assert (event.id, event.type) == (said["id"], said["type"])
    assert (event.object_type, event.object_id) == (thing.get("object", ""), thing.get("id") or "")
    assert event.session_id == (thing["id"] if thing.get("object") == "checkout.session" else "")
    if event.type.startswith("payment_intent."):
        assert event.payment_intent == thing["id"]
    if event.type.startswith(("charge.", "checkout.session.")) and isinstance(thing.get("payment_intent"), str):
        assert event.payment_intent == thing["payment_intent"]


@pytest.mark.parametrize("file", fixtures("api-objects", "dj-stripe"))
def test_real_objects_in_an_envelope_are_understood(file: Path | None) -> None:
    if file is None:
        shared_data.folder("stripe")
    assert file is not None
    thing = json.loads(file.read_bytes())
    payload = json.dumps({"id": "evt_1", "type": "x.y", "data": {"object": thing}}).encode()
    event = GATEWAY.verify_event(payload, sign(payload, SECRET))
    assert (event.object_type, event.object_id) == (thing.get("object", ""), thing.get("id") or "")
