"""What handlers of live pages ask for by name."""

from typing import TypeAlias

from litestar.di import NamedDependency

from portal.webinars.live.hub import Hub

TheHub: TypeAlias = NamedDependency[Hub]
"""The open rooms of this process: `hub: TheHub`."""
