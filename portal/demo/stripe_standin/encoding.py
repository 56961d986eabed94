"""Stripe's form encoding: `line_items[0][price_data][currency]=eur` as nested objects and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from portal.demo.stripe_standin.faults import Fault

_MOST_FIELDS = 2000
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode(encoded: str) -> dict[str, Any]:
    """The parameters of a request. Raises Fault for names that cannot be read or contradict each other."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Fault("Invalid request: the parameters could not be read.") from None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _place(tree, name, value)
    return {name: _lists(inner, name) for name, inner in tree.items()}


def _place(tree: dict[str, Any], name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    if match is None:
        raise Fault(f"Invalid request: could not read the parameter name {name[:100]!r}.")
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    inner = tree
    for step in steps[:-1]:
        inner = inner.setdefault(step or str(len(inner)), {})
        if not isinstance(inner, dict):
            raise Fault(f"Invalid request: {name} is both a value and an object.", param=name)
    last = steps[-1] or str(len(inner))
    if last in inner:
        raise Fault(f"Invalid request: {name} is given twice.", param=name)
    inner[last] = value


def _lists(value: Any, name: str) -> Any:
    """Objects whose keys count up from 0 are lists; the keys of metadata belong to the caller."""
    if not isinstance(value, dict):
        return value
    if name != "metadata" and [int(key) if key.isdecimal() else -1 for key in value] == list(range(len(value))):
        return [_lists(inner, "") for inner in value.values()]
    return {key: _lists(inner, key) for key, inner in value.items()}
