"""What handlers ask for by name."""

from datetime import datetime
from typing import TypeAlias

from litestar.di import NamedDependency

Now: TypeAlias = NamedDependency[datetime]
"""The time of the request, in UTC: `now: Now`."""
