"""What is typed at a desk, and about desks."""

from typing import Annotated, Any

import msgspec

from portal.core.overtaking import mark
from portal.directory.rules.profiles import is_web_address
from portal.exhibitors.desks.commands.showing import ItemDraft, ShowDraft, draft_of
from portal.exhibitors.desks.queries.showing import Shown
from portal.exhibitors.desks.rules import LANGUAGES
from portal.exhibitors.tables.desk import ItemKind
from portal.web.forms import Filled, Sent, bind, blank, field


class HolderForm(msgspec.Struct):
    """Who gets a pass."""

    first_name: Annotated[str, field("First name", kind="name", max_length=100)]
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)]
    email: Annotated[str, field("Work email", kind="email")]
    role: Annotated[str, field("Role on the badge", max_length=150)] = ""


class PeopleForm(msgspec.Struct):
    """Several people who get a pass, one to a line."""

    people: Annotated[str, field("People", kind="text", max_length=20_000, missing="Please name somebody.")]


class BadgeForm(msgspec.Struct):
    """What badges say for the company."""

    badge: Annotated[str, field("Company on the badges", kind="name", max_length=200)] = ""


class ShowForm(msgspec.Struct):
    """What a company shows at the event."""

    headline: Annotated[str, field("Headline", max_length=200)] = ""
    about: Annotated[str, field("At this event", kind="text", max_length=8000)] = ""
    languages: Annotated[list[str], field("Languages")] = []
    host_name: Annotated[str, field("Name", kind="name", max_length=120)] = ""
    host_role: Annotated[str, field("Role", max_length=120)] = ""
    host_email: Annotated[str | None, field("Email", kind="email")] = None
    chosen: Annotated[list[str], field("Of your profile")] = []
    seen: Annotated[str, field("", max_length=40)] = ""

    @property
    def draft(self) -> ShowDraft:
        return ShowDraft(
            headline=self.headline, about=self.about, languages=tuple(code for code in LANGUAGES if code in self.languages),
            host_name=self.host_name, host_role=self.host_role, host_email=self.host_email or "",
            chosen=tuple(sorted(set(self.chosen))),
        )  # fmt: skip


class ItemForm(msgspec.Struct):
    """Something new, for this event alone."""

    title: Annotated[str, field("Title", max_length=200)]
    kind: Annotated[ItemKind, field("What it is", kind="choice")] = ItemKind.PRODUCT
    text: Annotated[str, field("In words", kind="text", max_length=4000)] = ""
    url: Annotated[str, field("Address", max_length=500)] = ""


def filled_show(shown: Shown) -> Filled[Any]:
    """The form as it is stored."""
    draft = draft_of(shown)
    return blank(
        headline=draft.headline, about=draft.about, languages=list(draft.languages), host_name=draft.host_name,
        host_role=draft.host_role, host_email=draft.host_email, chosen=list(draft.chosen), seen=mark(draft),
    )  # fmt: skip


def read_item(sent: Sent) -> tuple[Filled[ItemForm], ItemDraft | None]:
    """The form, and what was meant; None when something is wrong."""
    form = bind(sent, ItemForm)
    errors = dict(form.errors)
    if form.value("url") and not is_web_address(str(form.value("url"))):
        errors["url"] = "Please give an address that begins with https://."
    filled = Filled(form.values, errors, form.data)
    if errors or form.data is None:
        return filled, None
    given = form.data
    return filled, ItemDraft(kind=given.kind, title=given.title, text=given.text, url=given.url)
