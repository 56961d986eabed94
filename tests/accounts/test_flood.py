"""A flood of sign-ups costs no hashing: the limit is asked before the dear work is done."""

from typing import Any

import argon2
import pytest

from tests.accounts.conftest import AMARA, ATTACKER, PASSWORD, OpenBrowser


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each Argon2 hashing or verification."""
    done: list[int] = []
    for name in ("hash_secret", "verify_secret"):
        real = getattr(argon2.low_level, name)

        def spied(*given: Any, real: Any = real, **more: Any) -> Any:
            done.append(1)
            return real(*given, **more)

        monkeypatch.setattr(argon2._password_hasher, name, spied)
    return done


async def test_refused_sign_ups_and_sign_ins_hash_nothing(open_browser: OpenBrowser, hashings: list[int]) -> None:
    attacker = await open_browser(ATTACKER)
    fields = {"email": AMARA, "name": "A", "password": PASSWORD}
    while (await attacker.post("/account/sign-up", **fields)).status_code == 303:
        pass
    while (await attacker.sign_in(password="a guess at it")).status_code == 422:
        pass
    hashings.clear()
    for _ in range(3):
        assert (await attacker.post("/account/sign-up", **fields)).status_code == 429
        assert (await attacker.sign_in()).status_code == 429
    assert hashings == []


async def test_a_new_password_without_the_code_hashes_nothing(open_browser: OpenBrowser, hashings: list[int]) -> None:
    attacker = await open_browser(ATTACKER)
    await attacker.post("/account/reset", email=AMARA)
    answer = await attacker.post("/account/reset/password", new_password=PASSWORD, repeat=PASSWORD)
    assert (answer.status_code, hashings) == (303, [])
