"""An exhibitor that buys booths, in tests about money."""

from portal.core import db
from portal.exhibitors.bookings import Booking
from portal.exhibitors.jobs.booths import lapse_holds
from portal.exhibitors.queries import bookings
from tests.factories.exhibitors import Stand
from tests.paying import Paying
from tests.placements.conftest import BILLING


class Buyer:
    """An exhibitor's owner at the desk's booth page, and everything behind it."""

    def __init__(self, paying: Paying, stand: Stand, booths: dict[str, int]) -> None:
        self.paying = paying
        self.stand = stand
        self.booths = booths
        self.here = f"{stand.exhibitor.address}/booth"

    async def hold(self, label: str) -> str:
        """Hold a booth, or with an empty label the package alone; the booking's page."""
        booth = self.booths[label] if label else 0
        answer = await self.paying.client.post(self.here, data={"booth": str(booth)})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def to_payment(self, path: str, **billing: str) -> str:
        answer = await self.paying.client.post(path, data={**BILLING, **billing})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def state(self) -> list[tuple[str, str | None]]:
        rows = await db.fetch(
            "SELECT k.state AS k, p.state AS p FROM booth_booking k LEFT JOIN purchase p ON p.id = k.purchase_id ORDER BY k.id"
        )
        return [(row["k"], row["p"]) for row in rows]

    async def booking(self) -> Booking:
        found = await bookings.by_id(await db.fetch_value("SELECT max(id) FROM booth_booking"))
        assert found is not None
        return found

    async def lapse(self) -> None:
        await db.execute("UPDATE booth_booking SET holds_until = holds_until - interval '2 hours' WHERE state = 'held'")
        await lapse_holds()

    async def buy(self, label: str) -> str:
        """Hold and pay; the booking's page."""
        path = await self.hold(label)
        await self.paying.stripe.pay(await self.to_payment(path))
        await self.paying.everything_settles()
        return path

    async def questions(self) -> list[str]:
        """What a person is asked about money and has not seen to."""
        rows = await db.fetch("SELECT sentence FROM money_question WHERE settled_at IS NULL ORDER BY id")
        return [row["sentence"] for row in rows]
