"""What handlers of events ask for by name, made of packages above (`wiring`)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec
from litestar.di import NamedDependency
from markupsafe import Markup

from portal.events.values import Part, Row

FindPart: TypeAlias = Callable[[Row, datetime], Awaitable[Part | None]]
"""What one package says on an event's page, if anything."""
EventParts: TypeAlias = NamedDependency[Sequence[FindPart]]
"""What others say on an event's page, in their order: `event_parts: EventParts`."""


class SaveButtons(msgspec.Struct, frozen=True):
    """What pages show for saving things; the same for everybody. `button(kind, id, title, large=False)` is one of a page’s
    buttons, `form(path)` what all of them belong to.
    """

    button: Callable[..., Markup]
    form: Callable[[str], Markup]


Saving: TypeAlias = NamedDependency[SaveButtons]
"""Where a reader saves what the page is about: `saving: Saving`."""
