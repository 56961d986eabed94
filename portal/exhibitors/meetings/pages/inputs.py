"""What pages of meetings ask for by name."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.exhibitors.meetings.values import Engagement

FindEngagements: TypeAlias = Callable[..., Awaitable[Sequence[Sequence[Engagement]]]]
Engagements: TypeAlias = NamedDependency[FindEngagements]
"""What people do in the programme of an event, by its number and their addresses, a list for each: `engagements: Engagements`."""
