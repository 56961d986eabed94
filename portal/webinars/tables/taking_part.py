"""What people in the room say, ask, vote for and take with them. A person in the room is a seat."""

from enum import StrEnum
from typing import Any

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.registration.tables import Seat
from portal.webinars.tables.rooms import Webinar
from portal.webinars.tables.sponsors import WebinarSponsor


class QuestionState(StrEnum):
    """Only `approved` ones are seen by others. A `merged` one lends its votes to the one it was merged into."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    MERGED = "merged"


class Answered(StrEnum):
    """`now`: being answered on stage, one at a time in a room; `live` was answered there; `typed` has an answer in writing."""

    NO = "no"
    NOW = "now"
    LIVE = "live"
    TYPED = "typed"


class PollKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    RATING = "rating"
    OPEN = "open"


class PollState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ResourceKind(StrEnum):
    FILE = "file"
    LINK = "link"
    CALL = "call"


class Question(Table, tablename="webinar_question", db=DB):
    """A question to the stage. `anonymous` hides the name from other attendees, never from the crew.

    `author` is what others see: it stays with who asked when the place is passed on, and so does `written_by`.
    """

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    author = Varchar(length=200, help_text="as shown")
    written_by = Varchar(
        length=254, index=True, help_text="whose it is, once the place went to somebody else (trigger)"
    )
    text = Varchar(length=600)
    anonymous = Boolean()
    asked_at = Timestamptz()
    position = Integer(null=True, default=None, help_text="seconds into the film, where it was running")
    state = Varchar(length=10, default=QuestionState.PENDING.value)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200, help_text="who at the desk approved, declined or merged it")
    merged_into: ForeignKey[Any] = ForeignKey(
        LazyTableReference("Question", module_path="portal.webinars.tables.taking_part"),
        on_delete=OnDelete.set_null, null=True, default=None, index=True,
    )  # fmt: skip
    answered = Varchar(length=6, default=Answered.NO.value)
    answered_at = Timestamptz(null=True, default=None)
    answered_position = Integer(null=True, default=None, help_text="seconds into the film")
    answer = Text(help_text="the typed answer, plain text")
    answered_by = Varchar(length=200)
    in_faq = Boolean(help_text="shown with its answer on the public page")
    state_known = one_of("state", QuestionState)
    answered_known = one_of("answered", Answered)
    now_is_seen = Check("answered <> 'now' OR state = 'approved'", name="webinar_question_now_seen")
    merged_leads_on = Check("(state = 'merged') = (merged_into IS NOT NULL)", name="webinar_question_merged")


class QuestionVote(Table, tablename="webinar_question_vote", db=DB):
    """One person's vote for a question, once (a unique index of both)."""

    id = BigSerial(primary_key=True)
    question = ForeignKey(Question, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    at = Timestamptz()
    webinar_question_vote_once = Unique(["question", "seat"], name="webinar_question_vote_once")


class Poll(Table, tablename="webinar_poll", db=DB):
    """Something asked of everybody. With `is_test` it belongs to the short test and has right answers."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    kind = Varchar(length=10)
    question = Varchar(length=300)
    state = Varchar(length=8, default=PollState.DRAFT.value)
    opened_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    opens_after = Integer(null=True, default=None, help_text="seconds after going live at which it opens by itself")
    shows_results = Boolean(default=True, help_text="everybody sees the bars, not only the desk")
    is_test = Boolean()
    kind_known = one_of("kind", PollKind)
    state_known = one_of("state", PollState)


class PollOption(Table, tablename="webinar_poll_option", db=DB):
    """A choice; of a rating, there are none: 1 to 5 are written as the answer’s `rating`."""

    id = BigSerial(primary_key=True)
    poll = ForeignKey(Poll, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    label = Varchar(length=200)
    is_right = Boolean()


class PollAnswer(Table, tablename="webinar_poll_answer", db=DB):
    """What one person answered: an option (several rows for several), a rating from 1 to 5, or words.

    Once per person, poll and option; a single choice or rating once per person and poll (unique indexes, see migrations).
    """

    id = BigSerial(primary_key=True)
    poll = ForeignKey(Poll, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    option = ForeignKey(PollOption, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    rating = Integer(null=True, default=None)
    words = Varchar(length=1000)
    several = Boolean(help_text="the poll takes several choices")
    at = Timestamptz()
    rating_bounds = Check("rating IS NULL OR rating BETWEEN 1 AND 5", name="webinar_poll_answer_rating")


class ChatMessage(Table, tablename="webinar_chat_message", db=DB):
    """A line of chat, by a person in the room (`seat`) or by the crew (`account`). Hidden ones stay for the record."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    author = Varchar(length=200, help_text="as shown")
    written_by = Varchar(
        length=254, index=True, help_text="whose it is, once the place went to somebody else (trigger)"
    )
    text = Varchar(length=600)
    at = Timestamptz()
    hidden_at = Timestamptz(null=True, default=None)
    hidden_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)


class ReactionCount(Table, tablename="webinar_reaction_count", db=DB):
    """How often a reaction was given in ten seconds of the room."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    reaction = Varchar(length=20)
    at = Timestamptz(help_text="start of the ten seconds")
    given = Integer()
    webinar_reaction_count_once = Unique(["webinar", "reaction", "at"], name="webinar_reaction_count_once")


class Resource(Table, tablename="webinar_resource", db=DB):
    """Something to take away, or a call to act. Shown from `shows_after` seconds after going live, or when the desk does.

    With a `sponsor`, taking it is one of the facts a lead is scored by, and needs consent when `needs_consent`.
    """

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    kind = Varchar(length=6)
    title = Varchar(length=200)
    note = Varchar(length=200)
    file = Varchar(length=32, help_text="key of a stored file")
    url = Varchar(length=1000)
    shows_after = Integer(null=True, default=None, help_text="seconds after going live; none: from the start")
    shown_at = Timestamptz(null=True, default=None, help_text="when the desk showed it")
    hidden_at = Timestamptz(null=True, default=None, help_text="when the desk took it away; until it shows it again")
    sponsor = ForeignKey(WebinarSponsor, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    needs_consent = Boolean()
    kind_known = one_of("kind", ResourceKind)


class ResourceTaken(Table, tablename="webinar_resource_taken", db=DB):
    """A person opened a resource, the first time."""

    id = BigSerial(primary_key=True)
    resource = ForeignKey(Resource, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    at = Timestamptz()
    webinar_resource_taken_once = Unique(["resource", "seat"], name="webinar_resource_taken_once")
