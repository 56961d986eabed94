"""What is sold: products, their prices, and the taxes on them."""

from typing import Any

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts.sessions import check_price
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.billing_params import (
    DefaultPrice,
    PriceCreate,
    PriceUpdate,
    ProductCreate,
    ProductUpdate,
    RateCreate,
    RateUpdate,
)
from portal.demo.stripe_standin.faults import Fault, missing_parameter
from portal.demo.stripe_standin.objects import catalog
from portal.demo.stripe_standin.params import Empty, MetadataUpdate, Recurring
from portal.demo.stripe_standin.store import Thing


def create_product(account: Account, params: ProductCreate) -> Thing:
    if params.id is not None and account.store.get("product", params.id) is not None:
        raise Fault(f"Product already exists: {params.id}", code="resource_already_exists", param="id")
    given = _named(params, "name", "default_price_data")
    made = catalog.product(name=params.name, now=account.now(), **given)
    account.store.put(made)
    account.tell("product.created", made)
    if params.default_price_data is not None:
        price = _default_price(account, made, params.default_price_data)
        made["default_price"] = price["id"]
        account.store.put(made)
    return made


def update_product(account: Account, params: ProductUpdate, product_id: str) -> Thing:
    found = _present(account, product_id)
    if params.default_price:
        price = account.fetch("price", params.default_price, "default_price", status=400)
        if price["product"] != product_id:
            raise Fault("The price specified does not belong to this product.", param="default_price")
    return _updated(account, found, params, "product.updated", updated=account.now())


def delete_product(account: Account, params: Empty, product_id: str) -> Thing:
    found = _present(account, product_id)
    if account.store.find("price", equal={"product": product_id}, limit=1):
        raise Fault("This product cannot be deleted because it has one or more user-created prices.")
    account.tell("product.deleted", found)
    gone = {"id": product_id, "object": "product", "deleted": True}
    account.store.remove(gone)
    return gone


def create_price(account: Account, params: PriceCreate) -> Thing:
    check_price(params.currency, params.unit_amount, "")
    if (params.product is None) == (params.product_data is None):
        raise missing_parameter("product")
    product_id = params.product
    if params.product_data is not None:
        data = msgspec.structs.asdict(params.product_data)
        product_id = create_product(account, ProductCreate(**data))["id"]
    product = account.fetch("product", product_id or "", "product", status=400)
    if params.lookup_key is not None:
        _take_key(account, params.lookup_key, transfer=params.transfer_lookup_key)
    made = catalog.price(
        product_id=product["id"], currency=params.currency.lower(), unit_amount=params.unit_amount, now=account.now(),
        active=params.active, lookup_key=params.lookup_key, metadata=params.metadata, nickname=params.nickname,
        recurring=_recurring(params.recurring), tax_behavior=params.tax_behavior,
    )  # fmt: skip
    account.store.put(made)
    account.tell("price.created", made)
    return made


def update_price(account: Account, params: PriceUpdate, price_id: str) -> Thing:
    found = account.fetch("price", price_id, "price")
    if params.lookup_key and params.lookup_key != found["lookup_key"]:
        _take_key(account, params.lookup_key, transfer=params.transfer_lookup_key)
    if params.tax_behavior not in (None, found["tax_behavior"]) and found["tax_behavior"] != "unspecified":
        raise Fault("You cannot change the tax behavior of a price once it is set.", param="tax_behavior")
    return _updated(account, found, params, "price.updated")


def create_rate(account: Account, params: RateCreate) -> Thing:
    given = _named(params, "display_name", "inclusive", "percentage")
    made = catalog.tax_rate(
        display_name=params.display_name, inclusive=params.inclusive, percentage=params.percentage, now=account.now(),
        **given,
    )  # fmt: skip
    account.store.put(made)
    account.tell("tax_rate.created", made)
    return made


def update_rate(account: Account, params: RateUpdate, rate_id: str) -> Thing:
    return _updated(account, account.fetch("tax_rate", rate_id, "tax_rate"), params, "tax_rate.updated")


def _default_price(account: Account, product: Thing, given: DefaultPrice) -> Thing:
    return create_price(
        account,
        PriceCreate(
            currency=given.currency, unit_amount=given.unit_amount, product=product["id"], recurring=given.recurring,
            tax_behavior=given.tax_behavior, metadata=given.metadata,
        ),
    )  # fmt: skip


def _take_key(account: Account, key: str, *, transfer: bool) -> None:
    """A lookup key belongs to one price; it moves only when that is asked for."""
    for holder in account.store.find("price", equal={"lookup_key": key}):
        if not transfer:
            raise Fault(
                f"A price (`{holder['id']}`) already uses that lookup key. To transfer the lookup key from that price, "
                "pass `transfer_lookup_key=true`.",
                param="lookup_key",
            )
        account.change(holder, "price.updated", lookup_key=None)


def _recurring(given: Recurring | None) -> Thing | None:
    return catalog.recurring(interval=given.interval, interval_count=given.interval_count) if given else None


def _present(account: Account, product_id: str) -> Thing:
    found = account.fetch("product", product_id, "id")
    if found.get("deleted"):
        raise Fault(f"No such product: '{product_id}'", status=404, code="resource_missing", param="id")
    return found


def _named(params: msgspec.Struct, *but: str) -> dict[str, Any]:
    left_out = {"id", "expand", "metadata", "transfer_lookup_key", *but}
    named = {name: value for name, value in msgspec.structs.asdict(params).items() if name not in left_out}
    if identity := getattr(params, "id", None):
        named["id"] = identity
    return named | {"metadata": merged({}, getattr(params, "metadata", {}))}


def _updated(account: Account, found: Thing, params: MetadataUpdate, event: str, **more: Any) -> Thing:
    """What was named changes; an empty text unsets."""
    named = {name: value for name, value in _named(params).items() if value is not None and name != "metadata"}
    changes = {name: None if value == "" else value for name, value in named.items()}
    changes["metadata"] = merged(found["metadata"], params.metadata)
    if all(found[name] == value for name, value in changes.items()):
        return found
    return account.change(found, event, **changes, **more)
