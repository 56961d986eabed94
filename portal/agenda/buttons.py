"""What pages of other packages show for saving: `wiring` gives it to them.

Each page has one form; a button anywhere on it belongs to that form by its id. Pages are the same for everybody: a script
asks once, for the whole page, what is saved, and marks those buttons.
"""

from functools import lru_cache
from typing import Any

from markupsafe import Markup

from portal.agenda.tables import Mark
from portal.events.inputs import SaveButtons
from portal.web.rendering import environment, markup, render


@lru_cache(maxsize=4000)
def button(kind: str, item: int, title: str, large: bool = False) -> Markup:
    """For a stand two: that one means to visit it, and that one was there."""
    made: Any = environment().get_template("agenda/_button.html").module
    if kind == Mark.SAVED:
        return Markup().join(made.mark(mark.value, item, title) for mark in Mark)
    drawn: Markup = made.save(kind, item, title, large)
    return drawn


def form(path: str, *, own: bool = False) -> Markup:
    """The form, and where its answers are said. A page that is its reader’s `own` shows what is saved by itself."""
    return markup(render("agenda/saving.html", path=path, own=own))


BUTTONS = SaveButtons(button=button, form=form)
