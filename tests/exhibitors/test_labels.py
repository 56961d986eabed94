"""Booths go as people count."""

from portal.core import db

HALL = ["A2", "a10", "B2-3", "B2-12", "B10", "Foyer", "Foyer 9", "Foyer 10"]


async def test_numbers_in_labels_go_by_their_size(database: str) -> None:
    found = await db.fetch("SELECT label FROM unnest($1::text[]) label ORDER BY natural_key(label)", HALL[::-1])
    assert [row["label"] for row in found] == HALL
