"""People as they are typed or pasted from a spreadsheet, one to a line."""

from email.utils import parseaddr

from portal.core.errors import Invalid
from portal.exhibitors.desks.commands.passes import Holder
from portal.exhibitors.desks.forms import HolderForm
from portal.exhibitors.importing import rows_of
from portal.web.forms import bind

MOST = 100
_MOST_TOLD = 5


async def read_people(text: str) -> list[Holder]:
    """First name, last name, address, role, in cells between tabs, semicolons or commas, or `Ada Lovelace <ada@…>`.

    Raises Invalid for `people`, with the lines that are wrong; a line of headings is passed over.
    """
    try:
        rows = await rows_of("people", text.encode())
    except Invalid as refused:
        raise Invalid({"people": " ".join(refused.fields.values())}) from refused
    found: dict[str, Holder] = {}
    wrong: list[str] = []
    for line, cells in rows:
        parts = _parts([cell.strip() for cell in cells])
        if parts is None and not found and not wrong and "mail" in " ".join(cells).lower():
            continue
        form = bind({name: [value] for name, value in (parts or {}).items()}, HolderForm)
        if form.data is None:
            why = form.errors.get("email") or next(iter(form.errors.values()))
            wrong.append(f"Line {line}: {why if parts else 'there is no email address in it.'}")
        elif form.data.email in found:
            wrong.append(f"Line {line}: {form.data.email} stands here twice.")
        else:
            found[form.data.email] = Holder(form.data.first_name, form.data.last_name, form.data.email, form.data.role)
    if len(found) > MOST:
        wrong.append(f"{MOST} people at a time, please.")
    if wrong or not found:
        rest = f" And {len(wrong) - _MOST_TOLD} more." if len(wrong) > _MOST_TOLD else ""
        raise Invalid({"people": " ".join(wrong[:_MOST_TOLD]) + rest or "Please name somebody."})
    return list(found.values())


def _parts(cells: list[str]) -> dict[str, str] | None:
    """What the cells of a line are, by where the address stands: names before it (or after, where it is first), then the role."""
    at = next((n for n, cell in enumerate(cells) if "@" in cell), None)
    if at is None:
        return None
    name, address = parseaddr(cells[at]) if "<" in cells[at] else ("", cells[at])
    before = [cell for cell in (*cells[:at], name) if cell]
    after = [cell for cell in cells[at + 1 :] if cell]
    if not before:
        before, after = after[:2], after[2:]
    first, last = before[:2] if len(before) > 1 else _split(before[0] if before else "")
    return {"first_name": first, "last_name": last, "email": address, "role": after[0] if after else ""}


def _split(name: str) -> tuple[str, str]:
    """A name in one cell: the last word is the last name."""
    first, _, last = name.rpartition(" ")
    return first, last
