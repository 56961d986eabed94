"""What a process keeps of the database's answers, under keys that name the version they were made of."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from portal.core import db

V = TypeVar("V")


class Kept(Generic[V]):
    """The values used last, at most `most` of them, for each database of the process apart.

    Nothing is ever dropped because of a change: a key, or the `version` beside it, must hold the version of whatever its
    value depends on. Of a key there is one version at a time: what is large is not kept once for each change of the site.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[tuple[str, Hashable], tuple[Hashable, V]] = OrderedDict()

    def get(self, key: Hashable, version: Hashable = None) -> V | None:
        full = (db.DB.config["dsn"], key)
        found = self._values.get(full)
        if found is None or found[0] != version:
            return None
        self._values.move_to_end(full)
        return found[1]

    def put(self, key: Hashable, value: V, version: Hashable = None) -> V:
        full = (db.DB.config["dsn"], key)
        self._values[full] = (version, value)
        self._values.move_to_end(full)
        while len(self._values) > self.most:
            self._values.popitem(last=False)
        return value
