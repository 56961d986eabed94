"""What the staff's handlers ask for by name."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from litestar.di import NamedDependency

Audience: TypeAlias = NamedDependency[Callable[[int], Awaitable[int]]]
"""How many people are told when an event changes: events know no seats, `wiring` knows who does."""
