"""Real-world data that is not part of the repository: where it lies, or a reason to skip the test."""

import os
from pathlib import Path

import pytest

VARIABLE = "PORTAL_SHARED_DATA"
_ROOT = Path(__file__).resolve().parents[1]


def folder(topic: str) -> Path:
    """The folder of a topic (`stripe`, `ical`, …); skips the test, saying why, where there is none."""
    found = _base() / topic
    if not found.is_dir():
        pytest.skip(f"no shared data for “{topic}”: put it into ../shared/data or name its folder in {VARIABLE}")
    return found


def present(topic: str) -> bool:
    """Whether the topic's data is here, for parametrising; `folder` gives the reason when it is not."""
    return (_base() / topic).is_dir()


def _base() -> Path:
    return Path(os.environ.get(VARIABLE) or _ROOT.parent / "shared" / "data")
