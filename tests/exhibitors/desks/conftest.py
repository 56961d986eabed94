"""People with browsers of their own, the worker and a mail server."""

from tests.directory.conftest import sign_in
from tests.registration.conftest import attending

__all__ = ["attending", "sign_in"]
