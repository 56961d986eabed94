"""What an exhibitor does at its desk: passes, what it shows, documents both ways, tasks."""

from enum import StrEnum

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.exhibitors.tables.exhibiting import Exhibitor
from portal.registration.tables import Seat


class ItemKind(StrEnum):
    PRODUCT = "product"
    POST = "post"


class TaskKind(StrEnum):
    """How a task is done: reading a document, handing in a file, filling in words, choosing, naming people, paying."""

    READ = "read"
    UPLOAD = "upload"
    FILL = "fill"
    CHOOSE = "choose"
    PASSES = "passes"
    PAY = "pay"


class AnswerState(StrEnum):
    """`given` waits for the organiser; `again` was sent back with what to change."""

    GIVEN = "given"
    ACCEPTED = "accepted"
    AGAIN = "again"


class ExhibitorPass(Table, tablename="exhibitor_pass", db=DB):
    """A place an exhibitor gave to one of its people. Who that is stands on the seat."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, unique=True)
    given_at = Timestamptz()
    given_by = Varchar(length=200)


class ExhibitorItem(Table, tablename="exhibitor_item", db=DB):
    """A product or a piece of news shown at the event. With `source` it is one of the company’s profile, shown as it stands
    there; without, it is new and shown here alone."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=7)
    position = Integer()
    source = Varchar(length=40, help_text="the item’s id in the company’s profile")
    title = Varchar(length=200)
    text = Text(help_text="Markdown")
    text_html = Text(help_text="sanitised when written")
    url = Varchar(length=500)
    kind_known = one_of("kind", ItemKind)


class ExhibitionPaper(Table, tablename="exhibition_paper", db=DB):
    """A document of the organiser for exhibitors: a manual, a form. Its files are its versions."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    title = Varchar(length=200)
    note = Varchar(length=400)
    packages: Array = Array(base_column=BigInt(), help_text="ids of those it is for; empty for all")
    withdrawn_at = Timestamptz(null=True, default=None)
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")


class ExhibitionPaperVersion(Table, tablename="exhibition_paper_version", db=DB):
    """One state of a document; `file` is the key of a stored file."""

    id = BigSerial(primary_key=True)
    paper = ForeignKey(ExhibitionPaper, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    file = Varchar(length=32)
    changes = Varchar(length=400, help_text="what is new in it")
    at = Timestamptz()
    by = Varchar(length=200)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    exhibition_paper_version_once = Unique(["paper", "number"], name="exhibition_paper_version_once")


class PaperReading(Table, tablename="paper_reading", db=DB):
    """Somebody of an exhibitor says to have read a version. It stays read for the company when they are erased."""

    id = BigSerial(primary_key=True)
    version = ForeignKey(ExhibitionPaperVersion, on_delete=OnDelete.cascade, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    at = Timestamptz()
    paper_reading_once = Unique(["version", "exhibitor", "account"], name="paper_reading_once")


class ExhibitorFile(Table, tablename="exhibitor_file", db=DB):
    """A file of the exhibitor; `file` is the key of a stored file. `for_organiser` ones are reviewed and never public; the
    others are brochures, which everybody may read once `shown`."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    for_organiser = Boolean()
    title = Varchar(length=200)
    file = Varchar(length=32, unique=True)
    shown = Boolean()
    state = Varchar(length=8, default=AnswerState.GIVEN.value)
    note = Varchar(length=1000, help_text="what the organiser asks to change")
    at = Timestamptz()
    by = Varchar(length=200)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    replaced_at = Timestamptz(
        null=True, default=None, help_text="when a newer one was handed in for it, or it was taken away"
    )
    state_known = one_of("state", AnswerState)
    private = Check("NOT (for_organiser AND shown)", name="exhibitor_file_private")


class ExhibitorTask(Table, tablename="exhibitor_task", db=DB):
    """Something the organiser asks of exhibitors by a time."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=7)
    title = Varchar(length=200)
    text = Text(help_text="Markdown")
    text_html = Text(help_text="sanitised when written")
    due_at = Timestamptz()
    packages: Array = Array(base_column=BigInt(), help_text="ids of those it is for; empty for all")
    link = Varchar(length=500)
    options = JSONB(default="[]", help_text="the choices, in order")
    paper = ForeignKey(ExhibitionPaper, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    removed_at = Timestamptz(null=True, default=None)
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    kind_known = one_of("kind", TaskKind)
    choices_given = Check("kind <> 'choose' OR jsonb_array_length(options) > 1", name="exhibitor_task_choices")


class TaskAnswer(Table, tablename="exhibitor_task_answer", db=DB):
    """What an exhibitor answered, and what became of it."""

    id = BigSerial(primary_key=True)
    task = ForeignKey(ExhibitorTask, on_delete=OnDelete.cascade, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    state = Varchar(length=8)
    text = Text(help_text="words, or the choice")
    file = ForeignKey(ExhibitorFile, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    note = Varchar(length=1000, help_text="what the organiser asks to change")
    at = Timestamptz()
    by = Varchar(length=200)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    exhibitor_task_answer_once = Unique(["task", "exhibitor"], name="exhibitor_task_answer_once")
    state_known = one_of("state", AnswerState)


class TaskReminder(Table, tablename="exhibitor_task_reminder", db=DB):
    """That an exhibitor was reminded of a task, once before it was due and once after. A new deadline reminds anew."""

    id = BigSerial(primary_key=True)
    task = ForeignKey(ExhibitorTask, on_delete=OnDelete.cascade, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    overdue = Boolean()
    due_at = Timestamptz()
    at = Timestamptz()
    exhibitor_task_reminder_once = Unique(
        ["task", "exhibitor", "overdue", "due_at"], name="exhibitor_task_reminder_once"
    )
