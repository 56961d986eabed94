"""A browser, the worker and a mail server for tests about places in workshops."""

from tests.events.conftest import editor, sign_in
from tests.registration.conftest import attending

__all__ = ["attending", "editor", "sign_in"]
