"""What the desk says when somebody else was faster."""

from portal.webinars.tables.taking_part import QuestionState

_DONE = {
    QuestionState.PENDING: "put this question back into the queue",
    QuestionState.APPROVED: "has approved this question",
    QuestionState.DECLINED: "has declined this question",
    QuestionState.MERGED: "has merged this question with another",
}
_MOST = 80


def quoted(text: str) -> str:
    """The beginning of a question, in quotation marks."""
    return f"“{text}”" if len(text) <= _MOST else f"“{text[:_MOST].rstrip()}…”"


def overtaken(state: QuestionState, by: str, text: str) -> str:
    """One sentence: what has become of a question meanwhile, through whom, and which it is."""
    return f"{by or 'Somebody else'} {_DONE[state]}: {quoted(text)}. Nothing was changed."
