"""The parameters of the billing portal and of test clocks."""

from typing import Annotated, Literal

import msgspec

from portal.demo.stripe_standin.params import DatedListing, Listing, Locale, Metadata, MetadataUpdate, Params


class Inner(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A part of the parameters."""


class Profile(Inner, kw_only=True):
    headline: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None


class Enabled(Inner, kw_only=True):
    enabled: bool


class Reasons(Enabled, kw_only=True):
    options: list[
        Literal[
            "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
            "too_expensive", "unused",
        ]
    ] | Literal[""] | None = None  # fmt: skip


class Cancelling(Inner, kw_only=True):
    enabled: bool | None = None
    cancellation_reason: Reasons | None = None
    mode: Literal["at_period_end", "immediately"] | None = None
    proration_behavior: Literal["none"] | None = None


class CustomerUpdating(Enabled, kw_only=True):
    allowed_updates: list[str] | Literal[""] | None = None


class Features(Inner, kw_only=True):
    customer_update: CustomerUpdating | None = None
    invoice_history: Enabled | None = None
    payment_method_update: Enabled | None = None
    subscription_cancel: Cancelling | None = None
    subscription_update: Enabled | None = None


class ConfigurationCreate(Params, kw_only=True):
    features: Features
    business_profile: Profile | None = None
    default_return_url: str | None = None
    login_page: Enabled | None = None
    metadata: Metadata = {}
    name: str | None = None


class ConfigurationUpdate(MetadataUpdate, kw_only=True):
    active: bool | None = None
    business_profile: Profile | None = None
    default_return_url: str | None = None
    features: Features | None = None
    login_page: Enabled | None = None
    name: str | None = None


class ConfigurationListing(Listing, kw_only=True):
    active: bool | None = None
    is_default: bool | None = None


class Confirmation(Inner, kw_only=True):
    custom_message: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class Redirect(Inner, kw_only=True):
    return_url: str


class After(Inner, kw_only=True):
    type: Literal["hosted_confirmation", "portal_homepage", "redirect"]
    hosted_confirmation: Confirmation | None = None
    redirect: Redirect | None = None


class Leaving(Inner, kw_only=True):
    subscription: str


class Flow(Inner, kw_only=True):
    type: Literal["payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm"]
    after_completion: After | None = None
    subscription_cancel: Leaving | None = None


class PortalCreate(Params, kw_only=True):
    customer: str
    configuration: str | None = None
    flow_data: Flow | None = None
    locale: Locale | None = None
    return_url: str | None = None


class ClockCreate(Params, kw_only=True):
    frozen_time: int
    name: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class ClockAdvance(Params, kw_only=True):
    frozen_time: int


class SetupListing(DatedListing, kw_only=True):
    customer: str | None = None
    payment_method: str | None = None
