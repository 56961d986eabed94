"""Plain values of exhibitors’ leads."""

from datetime import date, datetime

import msgspec

from portal.leads.chain.tables import Rating

RATINGS = {Rating.HOT: "Hot", Rating.WARM: "Warm", Rating.COLD: "Cold"}


def answered(question: str, answer: str) -> str:
    """A question with its answer, on one line."""
    return f"{question}{' ' if question.endswith(('?', ':', '.', '!')) else ': '}{answer}"


class Colleague(msgspec.Struct, frozen=True):
    """Somebody of the exhibitor’s team."""

    id: int
    name: str
    email: str

    @property
    def pair(self) -> tuple[int, str]:
        """For a choice."""
        return self.id, self.name


class LeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as its company sees it. Names of colleagues are None once they are gone."""

    id: int
    code: str
    name: str
    first_name: str
    last_name: str
    job_title: str
    company: str
    email: str
    rating: Rating | None
    note: str
    tags: tuple[str, ...]
    answers: dict[str, str]
    follow_up: str
    follow_up_by: date | None
    follow_up_who: int | None
    follow_up_name: str | None
    follow_up_done_at: datetime | None
    visits: int
    first_at: datetime
    last_at: datetime
    last_by: int
    last_by_name: str | None
    agreed_at: datetime
    wording: str
    wording_version: int
    changed_at: datetime
    version: int
    scanned_for: str
    """The company at whose stand it was, where that was merged into this one since: its chain is another."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return bool(self.follow_up) and self.follow_up_done_at is None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do by today or a day before; `new`: nobody was told so far. `whose` are accounts: who is told; `listed_as`
    is whose it is on the list, who may have left.
    """

    code: str
    what: str
    by_when: date
    new: bool
    whose: tuple[int, ...]
    listed_as: int


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A chain of leads: its name in exports, how long it is, the digest it ends with, and whose it was when it began."""

    id: int
    key: str
    length: int
    head: str
    company_id: int
    company: str


class Question(msgspec.Struct, frozen=True):
    """What a team asks at its stand; without `choices` the answer is written freely."""

    id: int
    text: str
    choices: tuple[str, ...]

    @property
    def field(self) -> str:
        """Its name in forms."""
        return f"answer_{self.id}"


class Asking(msgspec.Struct, frozen=True):
    """What forms about leads offer."""

    team: list[Colleague]
    questions: list[Question]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the team has scanned."""

    account: int
    name: str | None
    leads: int
    hot: int
    open: int
    today: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a lead’s history; `payload` is None once erased."""

    seq: int
    kind: str
    at: datetime
    payload: str | None
    digest: str
