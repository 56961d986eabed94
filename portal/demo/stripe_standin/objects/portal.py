"""The billing portal: how it is set up, one visit to it, putting a card on file there, and test clocks."""

from typing import Any

from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.store import Thing

REASONS = [
    "too_expensive", "missing_features", "switched_service", "unused", "customer_service", "too_complex", "low_quality",
    "other",
]  # fmt: skip
_CLOCK_DAYS = 30


def configuration(*, now: int, **given: Any) -> Thing:
    """`given` are the properties a caller may set."""
    return {
        "id": new_id("bpc_1"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        "created": now,
        "default_return_url": None,
        "features": features(),
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": now,
        **given,
    }


def features() -> Thing:
    """Everything off, as it is until somebody turns it on."""
    return {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "options": []}, "enabled": False, "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_update": {
            "billing_cycle_anchor": None, "default_allowed_updates": [], "enabled": False, "products": None,
            "proration_behavior": "none", "schedule_at_period_end": {"conditions": []}, "trial_update_behavior": "end_trial",
        },
    }  # fmt: skip


def session(
    *,
    address: str,
    configuration: str,
    customer: str,
    flow: Thing | None,
    locale: str | None,
    return_url: str | None,
    now: int,
) -> Thing:
    session_id = new_id("bps_1")
    return {
        "id": session_id,
        "object": "billing_portal.session",
        "configuration": configuration,
        "created": now,
        "customer": customer,
        "customer_account": None,
        "flow": flow,
        "livemode": False,
        "locale": locale,
        "on_behalf_of": None,
        "return_url": return_url,
        "url": f"{address}/p/session/{session_id}",
    }


def flow(*, kind: str, subscription: str | None, after: Thing) -> Thing:
    """One errand: a card, or the end of a subscription."""
    cancels = None if subscription is None else {"retention": None, "subscription": subscription}
    return {
        "after_completion": {"hosted_confirmation": None, "redirect": None, **after},
        "subscription_cancel": cancels,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }


def setup(*, customer: str, now: int) -> Thing:
    """Putting a card on file without charging it."""
    setup_id = new_id("seti_1")
    return {
        "id": setup_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": new_id(f"{setup_id}_secret_", 25),
        "created": now,
        "customer": customer,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
        },
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }  # fmt: skip


def clock(*, name: str | None, frozen_time: int, now: int) -> Thing:
    """A clock for tests, which customers are bound to."""
    return {
        "id": new_id("clock_1"),
        "object": "test_helpers.test_clock",
        "created": now,
        "deletes_after": now + _CLOCK_DAYS * 86400,
        "frozen_time": frozen_time,
        "livemode": False,
        "name": name,
        "status": "ready",
        "status_details": {},
    }
