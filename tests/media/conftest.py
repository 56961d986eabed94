"""Where tests keep files."""

from pathlib import Path

import pytest

from portal.core.settings import Settings
from portal.media.flows import Media


@pytest.fixture
def media() -> Media:
    """Files in memory."""
    return Media.of(Settings(media_url="memory:///"))


@pytest.fixture
def folder_media(tmp_path: Path) -> Media:
    """Files in a folder, as they are by default."""
    return Media.of(Settings(media_url="", portal_data=str(tmp_path)))
