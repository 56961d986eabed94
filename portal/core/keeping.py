"""What a process keeps of the database's answers, under keys that name the version they were made of."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from portal.core import db

V = TypeVar("V")


class Kept(Generic[V]):
    """The values used last, at most `most` of them, for each database of the process apart.

    Nothing is ever dropped because of a change: a key must hold the version of whatever its value depends on.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[tuple[str, Hashable], V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        full = (db.DB.config["dsn"], key)
        found = self._values.get(full)
        if found is not None:
            self._values.move_to_end(full)
        return found

    def put(self, key: Hashable, value: V) -> V:
        self._values[db.DB.config["dsn"], key] = value
        while len(self._values) > self.most:
            self._values.popitem(last=False)
        return value
