"""What handlers of events ask for by name, made of packages above (`wiring`)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.events.values import Part, Row

FindPart: TypeAlias = Callable[[Row, datetime], Awaitable[Part | None]]
"""What one package says on an event's page, if anything."""
EventParts: TypeAlias = NamedDependency[Sequence[FindPart]]
"""What others say on an event's page, in their order: `event_parts: EventParts`."""
