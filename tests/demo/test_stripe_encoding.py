"""Index brackets of form bodies and queries."""

from typing import Any

import pytest

from portal.demo.stripe_standin.encoding import decode
from portal.demo.stripe_standin.faults import Fault


@pytest.mark.parametrize(
    ("encoded", "tree"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[0][b]=1&a[0][c]=2&a[1][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("expand%5B0%5D=x", {"expand": ["x"]}),
        ("metadata[0]=a&metadata[1]=b", {"metadata": {"0": "a", "1": "b"}}),
        ("created[gte]=1", {"created": {"gte": "1"}}),
        ("name=%C3%9Cml%C3%A4ut+%26+co", {"name": "Ümläut & co"}),
    ],
)
def test_brackets_are_read(encoded: str, tree: dict[str, Any]) -> None:
    assert decode(encoded) == tree


@pytest.mark.parametrize(
    "encoded", ["a", "a[=1", "a]b[=1", "[a]=1", "a[0]=1&a[0][b]=2", "a=1&a=2", "a[b][c", "&".join(["a[]=1"] * 2001)]
)
def test_unreadable_parameters_are_refused(encoded: str) -> None:
    with pytest.raises(Fault):
        decode(encoded)
