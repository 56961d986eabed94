"""`/webinars/{slug}/desk/report`: the host's analytics, as a page and table by table as CSV."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table as as_csv
from portal.web.rendering import page
from portal.webinars.guards import ROOM, TheRoom, report_readers
from portal.webinars.reporting import report, sections, table
from portal.webinars.rules.report.tables import Table, plain, written
from portal.webinars.rules.words import NAMES

_CSV = ".csv"


class DeskReport(Controller):
    path = "/webinars/{slug:str}/desk/report"
    dependencies = ROOM
    guards = [report_readers]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], room: TheRoom, now: Now) -> Response[str]:
        found = await report(room, now)
        return page(
            request, "webinars/report/page.html", private=True, room=room, report=found, state=NAMES[room.state],
            sections=await sections(found), written=written,
        )  # fmt: skip

    @get("/{part:str}")
    async def csv(self, room: TheRoom, part: FromPath[str], now: Now) -> Response[bytes]:
        """A table for a spreadsheet: `minutes.csv`."""
        key = part.removesuffix(_CSV)
        found = await table(room, now, key) if part.endswith(_CSV) else None
        if found is None:
            raise NotFound("There is no such table in this report, or not yet.")
        return private_file(_file(found).encode(), "text/csv", f"{room.slug}-{key}.csv")


def _file(found: Table) -> str:
    """With a mark at its beginning, by which spreadsheets read it as UTF-8."""
    heads = [column.key for column in found.columns]
    return "\ufeff" + as_csv(heads, [[plain(value) for value in row] for row in found.rows])
