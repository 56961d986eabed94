"""Hashing of passwords: Argon2id, away from the event loop.

Two threads at most, 19 MiB each: a flood of sign-ins waits in line here and neither fills the memory nor stops the
process from answering everything else.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.accounts.rules import same_password_form

T = TypeVar("T")

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 rounds, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hashed(password: str) -> str:
    """What is stored of a password."""
    return await _away(lambda: _HASHER.hash(_bytes(password)))


async def matches(stored: str | None, password: str) -> bool:
    """True for the password behind `stored`. Without one the same work is done against a dummy, so that the time of
    the answer does not tell whether there is an account."""
    right = await _away(lambda: _verify(stored, _dummy(), _bytes(password)))
    return right and stored is not None


def outdated(stored: str) -> bool:
    """True when the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _dummy() -> str:
    return _HASHER.hash(b"nobody has this password")


def _verify(stored: str | None, dummy: str, password: bytes) -> bool:
    try:
        return _HASHER.verify(stored or dummy, password)
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return same_password_form(password).encode("utf-8", "surrogatepass")


async def _away(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
