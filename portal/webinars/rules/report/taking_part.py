"""Taking part in a report: questions, polls, chat, reactions, what was taken along, and mails. Names nobody."""

from collections.abc import Mapping, Sequence

import msgspec

from portal.webinars.rules import reactions
from portal.webinars.rules.report.figures import Figures
from portal.webinars.rules.report.tables import Column, Kind, Table, Value, share

_ANSWERED = {"no": "Not yet", "now": "On stage now", "live": "On stage", "typed": "In writing"}
_KINDS = {"file": "File", "link": "Link", "call": "Call to action"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Questions, by what became of them, and the votes for them."""

    asked: int
    approved: int
    merged: int
    declined: int
    waiting: int
    live: int
    typed: int
    people: int
    votes: int
    voters: int


class Voted(msgspec.Struct, frozen=True):
    """An approved question."""

    text: str
    answered: str
    votes: int


class Choice(msgspec.Struct, frozen=True):
    label: str
    count: int


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """A poll: people who answered, and people who were there while it was open."""

    question: str
    in_words: bool
    answered: int
    there: int
    choices: list[Choice]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Chat and reactions. `people` wrote something; `hidden` were taken out of sight."""

    said: int
    people: int
    by_crew: int
    hidden: int
    reactions: Mapping[str, int]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Something to take along, or a call to act, and how many people opened it."""

    title: str
    kind: str
    sponsor: str
    people: int


class MailEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A mail: whom it reached, who of them came (or watched, `afterwards`), and the same of all others it was meant for."""

    name: str
    afterwards: bool
    reached: int
    missed: int
    reached_did: int
    others: int
    others_did: int


def questions(found: Asked) -> Table:
    rows: list[tuple[Value, ...]] = [
        (words, count, share(count, found.asked))
        for words, count in (
            ("Asked", found.asked), ("Approved", found.approved), ("Merged into another", found.merged),
            ("Declined", found.declined), ("Never decided", found.waiting), ("Answered on stage", found.live),
            ("Answered in writing", found.typed),
        )
    ]  # fmt: skip
    return Table(
        key="questions", title="Questions",
        columns=(
            Column("what", "What", Kind.TEXT), Column("questions", "Questions"),
            Column("percent", "Of all", Kind.PERCENT, bar=True),
        ),
        rows=rows if found.asked else [],
        means=f"{found.people:,} people asked, and {found.voters:,} voted {found.votes:,} times. People are told by their "
        "place, anonymous ones too, and named nowhere here.",
        empty="Nobody has asked anything so far.",
    )  # fmt: skip


def voted(found: Sequence[Voted]) -> Table:
    return Table(
        key="most-voted", title="The most wanted questions",
        columns=(
            Column("question", "Question", Kind.TEXT), Column("votes", "Votes"), Column("answered", "Answered", Kind.TEXT),
        ),
        rows=[(one.text, one.votes, _ANSWERED[one.answered]) for one in found],
        means="Approved ones, ten at most. Who voted for two that became one is counted once.",
        empty="No question has been approved so far.",
    )  # fmt: skip


def polls(found: Sequence[Polled], own: Figures) -> Table:
    return Table(
        key="polls", title="Polls",
        columns=(
            Column("poll", "Poll", Kind.TEXT), Column("answered", "Answered"), Column("there", "Present while open"),
            Column("of_present_percent", "Of those present", Kind.PERCENT, bar=True),
            Column("of_came_percent", "Of all who came", Kind.PERCENT),
        ),
        rows=[(one.question, one.answered, one.there, share(one.answered, one.there), share(one.answered, own.came))
              for one in found],
        means="Present are people who were in the room at any moment while it was open. The short test for the certificate is "
        "not counted.",
        empty="No poll has been opened so far.",
    )  # fmt: skip


def results(found: Sequence[Polled]) -> Table:
    return Table(
        key="poll-results", title="What they answered",
        columns=(
            Column("poll", "Poll", Kind.TEXT), Column("choice", "Choice", Kind.TEXT), Column("people", "People"),
            Column("percent", "Of those who answered", Kind.PERCENT, bar=True),
        ),
        rows=[
            *((one.question, choice.label, choice.count, share(choice.count, one.answered))
              for one in found for choice in one.choices),
            *((one.question, "In their own words", one.answered, share(one.answered, one.answered))
              for one in found if one.in_words),
        ],
        means="Where several choices were allowed, they come to more than 100 %. What people wrote is at the desk.",
        empty="No poll has been opened so far.",
    )  # fmt: skip


def talk(found: Said) -> Table:
    given = [(words, found.reactions.get(one.value, 0)) for one, words in reactions.WORDS.items()]
    rows = [("Chat messages", found.said), ("People who wrote", found.people), ("Messages by the crew", found.by_crew),
            ("Hidden by the crew", found.hidden), *((f"Reaction: {words}", count) for words, count in given)]  # fmt: skip
    return Table(
        key="chat", title="Chat and reactions",
        columns=(Column("what", "What", Kind.TEXT), Column("count", "How many")),
        rows=[*rows],
        means="Chat messages are those of people with a place, hidden ones too. Of reactions every press counts: who gave "
        "them is not kept.",
    )  # fmt: skip


def taken(found: Sequence[Taken], own: Figures) -> Table:
    return Table(
        key="resources", title="Taken along, calls followed",
        columns=(
            Column("title", "What", Kind.TEXT), Column("kind", "Kind", Kind.TEXT), Column("sponsor", "Sponsor", Kind.TEXT),
            Column("people", "People"), Column("percent", "Of all who took part", Kind.PERCENT, bar=True),
        ),
        rows=[(one.title, _KINDS[one.kind], one.sponsor, one.people, share(one.people, own.took_part)) for one in found],
        means="People who opened it, each once, while live or with the recording. Took part has who came or watched.",
        empty="There was nothing to take away.",
    )  # fmt: skip


def mails(found: Sequence[MailEffect]) -> Table:
    return Table(
        key="mails", title="Mails, and who came",
        columns=(
            Column("mail", "Mail", Kind.TEXT), Column("reached", "Reached"), Column("not_reached", "Did not reach"),
            Column("then", "What they did", Kind.TEXT), Column("reached_percent", "Of those reached", Kind.PERCENT, bar=True),
            Column("others_percent", "Of the others", Kind.PERCENT),
        ),
        rows=[
            (one.name, one.reached, one.missed, "watched the recording" if one.afterwards else "came live",
             share(one.reached_did, one.reached), share(one.others_did, one.others))
            for one in found
        ],
        means="Reached are people whose mail server accepted it. The others registered later, want no such mail, or had it "
        "bounce: they differ in more than the mail, so this is a hint and no proof.",
        empty="No mail of the series has been sent so far.",
    )  # fmt: skip
