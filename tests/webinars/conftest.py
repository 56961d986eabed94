"""Staff with a browser of their own, as in the tests of events; what tests about places hold."""

from tests.events.conftest import editor, sign_in
from tests.registration.conftest import attending

__all__ = ["attending", "editor", "sign_in"]
