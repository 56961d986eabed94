"""People with browsers of their own, as the directory's tests have them."""

from tests.directory.conftest import sign_in

__all__ = ["sign_in"]
