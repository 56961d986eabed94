"""What registers and lists say of companies, as plain values."""

import hashlib
from datetime import date

import msgspec

from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source says of one company. Its facts carry no day: when the register was read stands beside it.

    `successor` is the key of the record that took the place of this one.
    """

    profile: Profile
    state: CompanyState = CompanyState.PUBLIC
    successor: str = ""

    @property
    def digest(self) -> str:
        """The same for what says the same."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


class Row(msgspec.Struct, frozen=True):
    """One company of a file; `line` is where its record begins."""

    line: int
    key: str
    said: Said


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product that a register lists; `holder` is the key of its company in the same source."""

    line: int
    key: str
    holder: str
    name: str
    form: str = ""
    routes: str = ""
    status: str = ""
    authorised_on: date | None = None
