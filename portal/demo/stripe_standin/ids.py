"""Ids in Stripe's style: a prefix that says what it is, then letters nobody can guess."""

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, letters: int = 23) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(letters))
