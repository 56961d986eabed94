"""Which calendar message is due to an address. Pure."""

from portal.calendars.tables import Method


def due(*, attends: bool, is_on: bool, last: Method | None, over: bool = False) -> Method | None:
    """An invitation for whoever has a seat in their name, taken back from whoever was sent one and has none any more.
    Nobody is invited to what is over; whoever was, is told when its time is corrected.

    Nobody else is put into, or taken out of, a calendar: not those who were only asked, nor buyers who stay at home.
    """
    if attends and is_on:
        return None if over and last is not Method.REQUEST else Method.REQUEST
    return Method.CANCEL if last is Method.REQUEST else None
