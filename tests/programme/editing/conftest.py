"""Somebody who may edit programmes."""

from tests.events.conftest import editor, sign_in
from tests.registration.conftest import attending

__all__ = ["attending", "editor", "sign_in"]
