"""People with browsers of their own, as the directory's tests have them, and an exhibitor that buys."""

import pytest

from portal.accounts.tables import MemberRole
from portal.core import db
from tests.directory.conftest import sign_in
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.paying import Paying
from tests.placements.conftest import signed_in

__all__ = ["sign_in"]


@pytest.fixture
async def buyer(paying: Paying) -> Buyer:
    stand = await exhibitors.make()
    booths = await exhibitors.hall(
        stand.exhibitor.event_id, "B01–B04, 3 × 3 m, prices 2400\nF01, 3 × 3 m, price 0\nX01, 3 × 3 m"
    )
    await signed_in(paying.client, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
    await db.execute("DELETE FROM mail")
    await db.execute("DELETE FROM pgqueuer")
    return Buyer(paying, stand, booths)
