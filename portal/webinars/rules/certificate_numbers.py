"""The number of a certificate: nine characters drawn by chance and one that checks them, as in `7Q4K2-2M9DX`.

The letters and digits are those that can be read aloud and typed without mistakes. The check finds every single wrong
character and every two that changed places. So few numbers are given out that nobody finds one by trying.
"""

from collections.abc import Callable

from portal.core.tokens import READABLE

_DRAWN = 9
_MODULUS = 31
"""A prime above the number of characters: no weight and no difference of two characters is lost in it."""


def make(draw: Callable[[int], str]) -> str:
    """A number from characters that `draw(count)` gives."""
    while True:
        drawn = draw(_DRAWN)
        if (check := _check(drawn)) < len(READABLE):
            return _grouped(drawn + READABLE[check])


def read(typed: str) -> str | None:
    """The number as printed, from however it was typed; None for what cannot be one."""
    text = "".join(char for char in typed.upper() if char.isalnum())
    if len(text) != _DRAWN + 1 or any(char not in READABLE for char in text):
        return None
    return _grouped(text) if _check(text[:_DRAWN]) == READABLE.index(text[_DRAWN]) else None


def fault(typed: str) -> str:
    """Why something typed is no number of ours."""
    text = "".join(char for char in typed.upper() if char.isalnum())
    if not text:
        return "Please type the number that stands on the certificate."
    if never := sorted({char for char in text if char not in READABLE}):
        return f"Our numbers never have {' or '.join(never[:3])}. Please compare it with the certificate."
    if len(text) != _DRAWN + 1:
        return f"Our numbers have {_DRAWN + 1} characters; this one has {len(text)}."
    return (
        "This number has a typing mistake: its characters do not fit together. Please compare it with the certificate."
    )


def _check(drawn: str) -> int:
    return sum(place * READABLE.index(char) for place, char in enumerate(drawn, 1)) % _MODULUS


def _grouped(text: str) -> str:
    return f"{text[:5]}-{text[5:]}"
