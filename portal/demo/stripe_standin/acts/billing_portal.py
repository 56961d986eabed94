"""Setting the billing portal up, and opening it for a customer."""

from typing import Any

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import customers
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.faults import Fault, missing_parameter, unspoken
from portal.demo.stripe_standin.objects import portal
from portal.demo.stripe_standin.portal_params import (
    ConfigurationCreate,
    ConfigurationUpdate,
    Features,
    Flow,
    PortalCreate,
)
from portal.demo.stripe_standin.reading import check_url
from portal.demo.stripe_standin.store import Thing

FIRST_SECONDS, IDLE_SECONDS = 300, 3600


def create_configuration(account: Account, params: ConfigurationCreate) -> Thing:
    cancel = params.features.subscription_cancel
    if cancel is not None and cancel.cancellation_reason is not None and cancel.cancellation_reason.options is None:
        raise missing_parameter("features[subscription_cancel][cancellation_reason][options]")
    made = portal.configuration(now=account.now(), metadata=params.metadata)
    made |= _given(made, params)
    account.store.put(made)
    account.tell("billing_portal.configuration.created", made)
    return made


def update_configuration(account: Account, params: ConfigurationUpdate, configuration_id: str) -> Thing:
    found = account.fetch("billing_portal.configuration", configuration_id, "configuration")
    changes = _given(found, params) | {"metadata": merged(found["metadata"] or {}, params.metadata)}
    if params.active is not None:
        if found["is_default"] and not params.active:
            raise Fault("You cannot deactivate the default configuration.", param="active")
        changes["active"] = params.active
    if all(found[name] == value for name, value in changes.items()):
        return found
    return account.change(found, "billing_portal.configuration.updated", **changes, updated=account.now())


def create_session(account: Account, params: PortalCreate) -> Thing:
    customers.present(account, params.customer, "customer")
    if params.configuration is None:
        setup = default_configuration(account)
    else:
        setup = account.fetch("billing_portal.configuration", params.configuration, "configuration", status=400)
    if not setup["active"]:
        raise Fault("This configuration is not active.", param="configuration")
    if params.return_url is not None:
        check_url(params.return_url, "return_url")
    made = portal.session(
        address=account.settings.address,
        configuration=setup["id"],
        customer=params.customer,
        flow=_flow(account, params, setup, params.flow_data) if params.flow_data else None,
        locale=params.locale,
        return_url=params.return_url or setup["default_return_url"],
        now=account.now(),
    )
    account.store.put(made, {"until": int(account.clock().timestamp()) + FIRST_SECONDS})
    account.tell("billing_portal.session.created", made)
    return made


def default_configuration(account: Account) -> Thing:
    """What is shown where nobody chose: made as if somebody had saved the dashboard's page, with everything on."""
    for found in account.store.find("billing_portal.configuration", equal={"is_default": True}):
        return found
    features = portal.features()
    for name in ("invoice_history", "payment_method_update", "subscription_cancel"):
        features[name]["enabled"] = True
    made = portal.configuration(now=account.now(), features=features, is_default=True)
    account.store.put(made)
    return made


def _given(found: Thing, params: ConfigurationCreate | ConfigurationUpdate) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if params.business_profile is not None:
        said = msgspec.structs.asdict(params.business_profile)
        for name in ("privacy_policy_url", "terms_of_service_url"):
            if said[name]:
                check_url(said[name], f"business_profile[{name}]")
        changes["business_profile"] = {**found["business_profile"], **_set(said)}
    if params.default_return_url is not None:
        if params.default_return_url:
            check_url(params.default_return_url, "default_return_url")
        changes["default_return_url"] = params.default_return_url or None
    if params.login_page is not None and params.login_page.enabled:
        raise unspoken("login_page[enabled]=true")
    if params.name is not None:
        changes["name"] = params.name or None
    if params.features is not None:
        changes["features"] = _features(found["features"], params.features)
    return changes


def _features(before: Thing, given: Features) -> Thing:
    after = {name: dict(value) for name, value in before.items()}
    for name in ("customer_update", "subscription_update"):
        if (asked := getattr(given, name)) is not None and asked.enabled:
            raise unspoken(f"features[{name}][enabled]=true")
    if given.invoice_history is not None:
        after["invoice_history"]["enabled"] = given.invoice_history.enabled
    if given.payment_method_update is not None:
        after["payment_method_update"]["enabled"] = given.payment_method_update.enabled
    if (cancel := given.subscription_cancel) is not None:
        named = {"enabled": cancel.enabled, "mode": cancel.mode, "proration_behavior": cancel.proration_behavior}
        after["subscription_cancel"] |= {name: value for name, value in named.items() if value is not None}
        if (reasons := cancel.cancellation_reason) is not None:
            earlier = after["subscription_cancel"]["cancellation_reason"]["options"]
            options = earlier if reasons.options is None else list(reasons.options)
            after["subscription_cancel"]["cancellation_reason"] = {"enabled": reasons.enabled, "options": options}
    return after


def _flow(account: Account, params: PortalCreate, setup: Thing, given: Flow) -> Thing:
    after = given.after_completion
    if after is not None and after.type == "redirect" and after.redirect is None:
        raise missing_parameter("flow_data[after_completion][redirect]")
    if after is not None and after.redirect is not None:
        check_url(after.redirect.return_url, "flow_data[after_completion][redirect][return_url]")
    wanted: Thing = {"type": "portal_homepage"} if after is None else msgspec.to_builtins(after)
    if given.type == "payment_method_update":
        _needs(setup, "payment_method_update", given)
        return portal.flow(kind=given.type, subscription=None, after=wanted)
    if given.type != "subscription_cancel":
        raise unspoken(f"flow_data[type]={given.type}")
    _needs(setup, "subscription_cancel", given)
    if given.subscription_cancel is None:
        raise missing_parameter("flow_data[subscription_cancel]")
    param = "flow_data[subscription_cancel][subscription]"
    found = account.fetch("subscription", given.subscription_cancel.subscription, param, status=400)
    if found["customer"] != params.customer:
        raise Fault("The subscription does not belong to the customer.", param=param)
    if found["status"] == "canceled" or found["cancel_at_period_end"]:
        raise Fault("This subscription is already set to be canceled.", param=param)
    return portal.flow(kind=given.type, subscription=found["id"], after=wanted)


def _needs(setup: Thing, feature: str, given: Flow) -> None:
    if not setup["features"][feature]["enabled"]:
        raise Fault(f"The {feature} feature in the portal configuration is disabled.", param="flow_data[type]")


def _set(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value or None for name, value in said.items() if value is not None}
