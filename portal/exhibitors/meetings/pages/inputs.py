"""What pages of meetings ask for by name."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from litestar.di import NamedDependency

Engagement: TypeAlias = tuple[str, datetime, datetime]
"""What somebody does at an event, in words that end a sentence (`you are in the workshop …`), from when to when."""
FindEngagements: TypeAlias = Callable[[int], Awaitable[Sequence[Engagement]]]
Engagements: TypeAlias = NamedDependency[list[FindEngagements]]
"""What other packages know that whoever has a place (by its number) does: `engagements: Engagements`."""
