"""Browsers of the company's people and of visitors, a worker and a mail server."""

from tests.directory.conftest import sign_in
from tests.registration.conftest import attending

__all__ = ["attending", "sign_in"]
