"""What the staff's handlers ask for by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from litestar.di import NamedDependency

Audience: TypeAlias = NamedDependency[Callable[[int], Awaitable[int]]]
"""How many people are told when an event changes: events know no seats, `wiring` knows who does."""
Sold: TypeAlias = NamedDependency[Callable[[Sequence[int]], Awaitable[Mapping[int, tuple[int, int | None]]]]]
"""Of each event that sells tickets, how many places are sold and how many there are; None without a limit."""
