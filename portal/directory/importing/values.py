"""What readers hand over, and what they may know besides the text."""

from datetime import date

import msgspec

from portal.core.importing import values
from portal.directory.sources import Product, Row


class Reading(values.Reading):
    """What a reader found in one file: every record is in `rows` or `products`, in `refusals` or in `merged`."""

    rows: list[Row] = []
    products: list[Product] = []


class Context(msgspec.Struct, frozen=True):
    """What a reader may know besides the text: the day the register was read, the name and credit of the source."""

    read_on: date
    source: str = ""
    credit: str = ""
