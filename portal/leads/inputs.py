"""What the pages of leads ask for by name."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

Titles: TypeAlias = Callable[[Collection[str]], Awaitable[dict[str, tuple[str, str]]]]
"""Gives title and address of occasions of one kind, by their key."""
Occasions: TypeAlias = NamedDependency[SkipValidation[Mapping[str, Titles]]]
"""What consents can be about, by kind: `occasions: Occasions`."""
