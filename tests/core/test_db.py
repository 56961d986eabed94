"""Transactions: what fails at the very end must not keep the connection."""

import asyncpg
import pytest

from portal.core import db


async def test_a_commit_that_fails_gives_its_connection_back(altered_database: str) -> None:
    await db.execute("CREATE TABLE pair (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    for _ in range(8):
        with pytest.raises(asyncpg.UniqueViolationError):
            async with db.transaction():
                await db.execute("INSERT INTO pair VALUES (1), (1)")
        with pytest.raises(RuntimeError):
            db.current_connection()
    assert await db.fetch_value("SELECT count(*) FROM pair") == 0


async def test_a_nested_block_joins_the_outer_one(altered_database: str) -> None:
    await db.execute("CREATE TABLE pair (a int)")

    async def fail_after_the_inner_block() -> None:
        async with db.transaction():
            async with db.transaction():
                await db.execute("INSERT INTO pair VALUES (1)")
            raise ValueError

    with pytest.raises(ValueError):
        await fail_after_the_inner_block()
    assert await db.fetch_value("SELECT count(*) FROM pair") == 0
