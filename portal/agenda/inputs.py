"""What handlers of agendas ask for by name."""

from collections.abc import Sequence
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.agenda.values import Source

Sources: TypeAlias = NamedDependency[Sequence[Source]]
"""What somebody has places in, one source for each package: `agenda_sources: Sources`."""
