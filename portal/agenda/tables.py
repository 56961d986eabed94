"""Agendas and what is in them."""

from enum import StrEnum

from piccolo.columns import JSONB, BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.exhibitors.tables.exhibiting import Exhibitor


class Kind(StrEnum):
    """What can be saved. A webinar is an event."""

    SESSION = "session"
    EVENT = "event"


class Mark(StrEnum):
    """What one notes of an exhibitor’s stand."""

    SAVED = "stand"
    VISITED = "visit"


class Agenda(Table, tablename="agenda", db=DB):
    """What one person saved: an account’s, or a browser’s that is named by its signed cookie.

    Once somebody signs in, what the browser had is in the account’s agenda, and the browser’s own is closed (`joined`): no
    cookie opens it any more, but the calendar that was handed to a phone goes on with what it had. `edition` rises with
    every change; `email` is an address somebody without an account proved.
    """

    id = BigSerial(primary_key=True)
    name = Varchar(length=40, unique=True, help_text="what the cookie says")
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True, default=None, unique=True)
    joined: ForeignKey = ForeignKey(LazyTableReference("Agenda", module_path=__name__), on_delete=OnDelete.cascade, null=True,
                        default=None, index=True)  # fmt: skip
    email = Varchar(length=254, index=True)
    edition = BigInt(default=0)
    digests = Integer(default=0, help_text="how many mails told of changes")
    digest_due_at = Timestamptz(null=True, default=None, help_text="when to look whether there is something to tell")
    created_at = Timestamptz()
    used_at = Timestamptz()
    of_one_only = Check("account IS NULL OR (joined IS NULL AND email = '')", name="agenda_of_one_only")


class AgendaEntry(Table, tablename="agenda_entry", db=DB):
    """Something saved. With `instead_of` it is the second choice to that entry of the same agenda, which is a first one.

    `seen` is what its reader knows of it, `told` what the last mail said: both as `rules.telling.facts` writes them. `why`
    says what made a second choice a first one or the other way round, `because` by what.
    """

    id = BigSerial(primary_key=True)
    agenda = ForeignKey(Agenda, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=10)
    item = BigInt(help_text="id of the session or event, which may be gone")
    event = BigInt(index=True, help_text="id of the event it belongs to")
    instead_of: ForeignKey = ForeignKey(LazyTableReference("AgendaEntry", module_path=__name__), on_delete=OnDelete.no_action,
                            null=True, default=None, index=True)  # fmt: skip
    edition = BigInt(help_text="of the agenda, when it was saved or changed its rank")
    saved_at = Timestamptz()
    why = Varchar(length=10)
    because = Varchar(length=250)
    seen = JSONB(default="{}")
    told = JSONB(default="{}")
    kind_known = one_of("kind", Kind)
    agenda_entry_once = Unique(["agenda", "kind", "item"], name="agenda_entry_once")
    not_itself = Check("instead_of <> id", name="agenda_entry_not_itself")


class AgendaStand(Table, tablename="agenda_stand", db=DB):
    """A stand somebody means to visit (`saved_at`), was at (`visited_at`), or both. Whose stand it is today, `queries.stands`
    says: companies are merged, and withdraw and come back with another row.
    """

    id = BigSerial(primary_key=True)
    agenda = ForeignKey(Agenda, on_delete=OnDelete.cascade, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    saved_at = Timestamptz(null=True, default=None)
    visited_at = Timestamptz(null=True, default=None)
    told = JSONB(default="{}", help_text="what its reader knows of it, as `rules.stands.facts` writes it")
    agenda_stand_once = Unique(["agenda", "exhibitor"], name="agenda_stand_once")
    says_something = Check("num_nonnulls(saved_at, visited_at) > 0", name="agenda_stand_says_something")


class AgendaSignal(Table, tablename="agenda_signal", db=DB):
    """An event of which a workshop that somebody saved became full, or free again, and no agenda has looked yet. Written by
    a trigger, for places are given and taken back in many ways.
    """

    event = BigInt(primary_key=True)
