"""What the pages of leads ask for by name."""

from collections.abc import Mapping
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from portal.leads.queries import Titles
from portal.leads.withdrawing import OneWith

Occasions: TypeAlias = NamedDependency[SkipValidation[Mapping[str, Titles]]]
"""What consents can be about, by kind: `occasions: Occasions`."""
MadeOne: TypeAlias = NamedDependency[SkipValidation[OneWith]]
"""Which companies are one by now: `one_with: MadeOne`."""
