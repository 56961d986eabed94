"""Plain values: what staff set a webinar up with."""

import msgspec

from portal.webinars.tables.taking_part import PollKind, ResourceKind


class SeriesFacts(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    summary: str = ""
    one_registration: bool = False


class OptionDraft(msgspec.Struct, frozen=True):
    """A choice; only the short test has right ones."""

    label: str
    is_right: bool = False


class PollDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be asked. `opens_after` seconds of being live, by itself; none: when the desk opens it."""

    kind: PollKind
    question: str
    options: tuple[OptionDraft, ...] = ()
    opens_after: int | None = None
    shows_results: bool = True
    is_test: bool = False


class ResourceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Something to take away, or a call to act. `shows_after` seconds of being live; none: from the start."""

    kind: ResourceKind
    title: str
    note: str = ""
    file: str = ""
    url: str = ""
    shows_after: int | None = None
    sponsor_id: int | None = None
    needs_consent: bool = False


class RuleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate asks for from now on; not `offered`, there is none."""

    minutes: int = 45
    polls: int = 0
    test_percent: int = 0
    replay_counts: bool = False
    credit: str = ""
    offered: bool = True
