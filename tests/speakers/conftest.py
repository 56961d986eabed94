"""Staff with a browser of their own."""

from tests.events.conftest import editor, sign_in

__all__ = ["editor", "sign_in"]
