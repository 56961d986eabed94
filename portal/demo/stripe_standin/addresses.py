"""An address of the API with its parameters and the act behind it, and the ones that are alike for every kind."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from portal.demo.stripe_standin import params as p
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.listing import page
from portal.demo.stripe_standin.store import Thing


class Operation(msgspec.Struct, frozen=True):
    """`act` takes the account, the parameters and the ids in the path, in their order."""

    method: str
    path: str
    shape: type[Any]
    act: Callable[..., Thing]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.path))


def one(path: str, kind: str, param: str) -> Operation:
    """Retrieve by id."""

    def retrieve(account: Account, params: p.Params, thing_id: str) -> Thing:
        return account.fetch(kind, thing_id, param)

    return Operation("GET", f"{path}/{{id}}", p.Params, retrieve)


def all_of(path: str, kind: str, shape: type[p.Listing]) -> Operation:
    """List."""

    def listed(account: Account, params: p.Listing) -> Thing:
        return page(account, kind, params, path)

    return Operation("GET", path, shape, listed)
