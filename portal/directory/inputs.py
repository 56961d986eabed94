"""What the directory's handlers ask for by name, made of packages above it (`wiring`)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.directory.values import Appearance, Party

FindAppearances: TypeAlias = Callable[[Party], Awaitable[Sequence[Appearance]]]
"""Where a company can be met, as one package knows it."""
Appearances: TypeAlias = NamedDependency[FindAppearances]
"""Where a company can be met, from all packages that know: `appearances: Appearances`."""


def together(finders: Sequence[FindAppearances]) -> FindAppearances:
    """All of them at once, the newest first."""

    async def found(party: Party) -> list[Appearance]:
        parts = await asyncio.gather(*(find(party) for find in finders))
        return sorted(chain.from_iterable(parts), key=lambda one: (one.on, one.title), reverse=True)

    return found
