"""What handlers of live pages ask for by name."""

from typing import TypeAlias

from litestar.di import NamedDependency

from portal.webinars.live.hub import Hub
from portal.webinars.live.reactions import Reactions

TheHub: TypeAlias = NamedDependency[Hub]
"""The open rooms of this process: `hub: TheHub`."""
TheReactions: TypeAlias = NamedDependency[Reactions]
"""Reactions that this process has not written yet: `reactions: TheReactions`."""
