"""A stand with an attendee in front of it."""

import httpx
import pytest

from portal.accounts.tables import MemberRole
from tests.directory.conftest import SignIn, sign_in
from tests.factories import scans
from tests.factories.scans import Hall

__all__ = ["sign_in"]


@pytest.fixture
async def hall(database: str) -> Hall:
    return await scans.hall()


@pytest.fixture
async def team(sign_in: SignIn, hall: Hall) -> httpx.AsyncClient:
    """The browser of somebody with the least of roles in the exhibitor's team."""
    return await sign_in("leads@isarwerk.example", hall.stand.organisation_id, MemberRole.LEADS)
