"""Which calendar message is due to an address. Pure."""

from portal.calendars.tables import Method


def due(*, attends: bool, is_on: bool, last: Method | None) -> Method | None:
    """An invitation for whoever has a seat in their name, taken back from whoever was sent one and has none any more.

    Nobody else is put into, or taken out of, a calendar: not those who were only asked, nor buyers who stay at home.
    """
    if attends and is_on:
        return Method.REQUEST
    return Method.CANCEL if last is Method.REQUEST else None
