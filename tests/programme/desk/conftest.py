"""Browsers at the desk, and staff with one of theirs."""

from tests.accounts.conftest import browser, open_browser
from tests.events.conftest import editor, sign_in

__all__ = ["browser", "editor", "open_browser", "sign_in"]
