"""What the pages of leads ask for by name."""

from collections.abc import Mapping
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from portal.leads.queries import Titles

Occasions: TypeAlias = NamedDependency[SkipValidation[Mapping[str, Titles]]]
"""What consents can be about, by kind: `occasions: Occasions`."""
