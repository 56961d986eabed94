"""Plain values that other packages exchange with accounts."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec


class PersonalData(msgspec.Struct, frozen=True):
    """One package's part of what is known about a person, reached by the verified address.

    `collect(email)` gives rows of plain values, moments and amounts of money among them; `labels` says what a value is
    where its key does not say it well; `erase(email, now)` runs inside the erasure's transaction and says in
    a sentence, without naming the address, what is gone and what the law keeps.
    """

    name: str
    collect: Callable[[str], Awaitable[list[dict[str, Any]]]]
    erase: Callable[[str, datetime], Awaitable[str]]
    labels: Mapping[str, str] = {}
