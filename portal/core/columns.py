"""Shorthand for constraints that many tables share."""

from enum import StrEnum

from piccolo.constraints import Check


def one_of(column: str, values: type[StrEnum]) -> Check:
    """The database's side of an enum: no other value can be stored."""
    known = ", ".join(f"'{value.value}'" for value in values)
    return Check(f'"{column}" IN ({known})')
