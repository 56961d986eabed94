"""Staff with a browser of their own, as in the tests of events."""

from tests.events.conftest import editor, sign_in

__all__ = ["editor", "sign_in"]
