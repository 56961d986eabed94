"""How much somebody who agreed to be told of showed of interest: points with their reasons, each a fact."""

import msgspec


class Did(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did at a webinar, as far as a sponsor may know it."""

    minutes: int = 0
    watched: int = 0
    polls: int = 0
    asked: bool = False
    taken: tuple[str, ...] = ()
    business: bool = False


class Weight(msgspec.Struct, frozen=True):
    """Points for each of something, up to `most`. `words` say it of one and of several, with `{n}`."""

    each: int
    most: int
    one: str
    several: str


WEIGHTS = {
    "minutes": Weight(1, 40, "In the room for 1 minute", "In the room for {n} minutes"),
    "watched": Weight(1, 15, "Watched 1 minute of the recording", "Watched {n} minutes of the recording"),
    "polls": Weight(5, 15, "Answered 1 poll", "Answered {n} polls"),
    "asked": Weight(10, 10, "Asked a question", "Asked a question"),
    "taken": Weight(10, 15, "Took 1 thing of yours along: {names}", "Took {n} things of yours along: {names}"),
    "business": Weight(5, 5, "Writes from a business address", "Writes from a business address"),
}
"""Everything that counts, and for how much; a hundred together."""
FEW = 5


class Reason(msgspec.Struct, frozen=True):
    """Why there are points, as a fact."""

    words: str
    points: int


def reasons(did: Did) -> list[Reason]:
    """What counts of it, in the order of `WEIGHTS`."""
    counts = {
        "minutes": did.minutes, "watched": did.watched, "polls": did.polls, "asked": int(did.asked), "taken": len(did.taken),
        "business": int(did.business),
    }  # fmt: skip
    found = []
    for name, weight in WEIGHTS.items():
        count = counts[name]
        if count > 0:
            words = (weight.one if count == 1 else weight.several).format(n=count, names=", ".join(did.taken))
            found.append(Reason(words, min(weight.most, weight.each * count)))
    return found


def score(did: Did) -> int:
    return sum(reason.points for reason in reasons(did))


def withheld(count: int) -> str:
    """How many there are besides, without telling few people apart."""
    return f"fewer than {FEW}" if count < FEW else f"{count:,}"


def all_of(told: int, count: int) -> str:
    """A number of people of whom `told` are known by name: no subtraction says what `withheld` does not."""
    return f"{told:,} and fewer than {FEW} others" if count - told < FEW else f"{count:,}"
