"""Which work goes first when much of it waits."""

from enum import IntEnum


class Urgency(IntEnum):
    """Higher goes first; among equals the older one does."""

    SOMEBODY_WAITS = 10
    ORDINARY = 0
    ONE_OF_MANY = -10
