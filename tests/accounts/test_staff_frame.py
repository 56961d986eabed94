"""What stands around every page of the staff is one statement, so that they come under the house’s rule of six."""

from litestar import Litestar

from portal.accounts.tables import StaffRole
from tests.agenda.conftest import Congress, congress
from tests.directory.conftest import SignIn, sign_in
from tests.factories import exhibitors
from tests.queries import counting

__all__ = ["congress", "sign_in"]


def pages(app: Litestar) -> list[str]:
    """Those of the staff that need no other number than that of an event."""
    found = {
        route.path
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if "GET" in handler.http_methods and route.path.startswith("/staff")
    }
    return sorted(path for path in found if "{" not in path.replace("{event_id:int}", ""))


async def test_no_page_of_the_staff_takes_more_than_six(app: Litestar, congress: Congress, sign_in: SignIn) -> None:
    await exhibitors.make(event_id=congress.event_id)
    await exhibitors.hall(congress.event_id, "B01–B04, 3 × 3 m, prices 2400")
    client = await sign_in("judith@sterileline.example", staff=StaffRole.ADMIN)
    took = {}
    for path in pages(app):
        async with counting() as seen:
            await client.get(path.replace("{event_id:int}", str(congress.event_id)))
        took[path] = len(seen)
    assert len(took) > 60
    assert {path: many for path, many in took.items() if many > 6} == {}


async def test_all_that_waits_is_counted_in_one_statement(app: Litestar, congress: Congress, sign_in: SignIn) -> None:
    """Everybody is told of the work they may do, and of no other."""
    await exhibitors.make(event_id=congress.event_id, accepted=False)
    for role, here, told in ((StaffRole.ORGANISER, "/staff/exhibitors", 1), (StaffRole.FINANCE, "/staff/money", 0)):
        client = await sign_in(f"{role.value}@sterileline.example", staff=role)
        async with counting() as seen:
            text = (await client.get(here)).text
        assert [("AS exhibitors" in one, "AS money" in one) for one in seen if "SELECT (SELECT count(*)" in one] == [
            (bool(told), True)
        ]
        assert text.count('<span class="vh"> waits</span>') == told
