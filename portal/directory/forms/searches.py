"""What is typed about a saved search."""

from typing import Annotated

import msgspec

from portal.directory.tables.searches import Frequency
from portal.web.forms import field


class KeepSearch(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=120, missing="Please give it a name.")]
    frequency: Annotated[Frequency, field("Mail", kind="choice", wrong="Please choose one of the three.")]
    query: Annotated[str, field("Filters", max_length=2000)] = ""
