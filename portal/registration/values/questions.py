"""What an event asks everybody who registers, and what was answered."""

import msgspec

from portal.registration.tables import QuestionKind


class Question(msgspec.Struct, frozen=True):
    """Something asked of every attendee. `options` are the choices, in order."""

    id: int
    kind: QuestionKind
    label: str
    help: str
    options: tuple[str, ...]
    required: bool

    @property
    def field(self) -> str:
        """Its field in a form; on the details page with the seat in front."""
        return f"q{self.id}"


class Answer(msgspec.Struct, frozen=True):
    """What somebody answered; of several choices one line each."""

    question: int
    kind: QuestionKind
    label: str
    answer: str

    @property
    def words(self) -> str:
        """As people read it."""
        if self.kind is QuestionKind.AGREEMENT:
            return "agreed"
        return self.answer.replace("\n", "; ") if self.kind is QuestionKind.CHOICES else self.answer
