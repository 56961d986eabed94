"""What handlers ask for by name, made of packages above this one (`wiring`)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.directory.values import Appearance
from portal.speakers.values import Follow

FindTalks: TypeAlias = Callable[[int], Awaitable[Sequence[Appearance]]]
"""Where a person speaks in public, by the id of the speaker, as one package knows it."""
Talks: TypeAlias = NamedDependency[FindTalks]
"""Where a person speaks, from all packages that know: `talks: Talks`."""
Followers: TypeAlias = NamedDependency[list[Follow]]
"""What follows in each package when two speakers are made one: `speaker_followers: Followers`."""


def together(finders: Sequence[FindTalks]) -> FindTalks:
    """All of them at once, in the order of time."""

    async def found(speaker_id: int) -> list[Appearance]:
        parts = await asyncio.gather(*(find(speaker_id) for find in finders))
        return sorted(chain.from_iterable(parts), key=lambda one: (one.on, one.clock, one.title))

    return found
