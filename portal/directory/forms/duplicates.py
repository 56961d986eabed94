"""What staff say about companies that look like one."""

from typing import Annotated, Literal

import msgspec

from portal.web.forms import field


class MergePair(msgspec.Struct):
    """Which of the two is kept; `seen` has the revisions that were looked at."""

    keep: Annotated[Literal["first", "second"], field("Keep", kind="choice", missing="Please choose which to keep.")]
    seen: Annotated[str, field("What was looked at")] = ""


class NamePair(msgspec.Struct):
    """Two companies by their addresses."""

    one: Annotated[str, field("Address of one company", max_length=300)]
    other: Annotated[str, field("Address of the other", max_length=300)]
