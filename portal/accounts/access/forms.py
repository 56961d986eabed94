"""What is typed to get in."""

from typing import Annotated

import msgspec

from portal.web.forms import field

_EMAIL = field("Email address", kind="email", missing="Please type your email address.")
_LONG = 1000  # how long a password may be is said by its rules, in better words


class SignIn(msgspec.Struct):
    email: Annotated[str, _EMAIL]
    password: Annotated[str, field("Password", kind="secret", max_length=_LONG, missing="Please type your password.")]


class AskCode(msgspec.Struct):
    email: Annotated[str, _EMAIL]


class SignUp(msgspec.Struct):
    name: Annotated[str, field("Your name", kind="name", max_length=120, missing="Please type your name.")]
    email: Annotated[str, _EMAIL]
    password: Annotated[str, field("Password", kind="secret", max_length=_LONG, missing="Please choose a password.")]


class Code(msgspec.Struct):
    code: Annotated[str, field("Code", max_length=40, missing="Please type the six digits from our mail.")]


class NewPassword(msgspec.Struct):
    new_password: Annotated[
        str, field("New password", kind="secret", max_length=_LONG, missing="Please choose a new password.")
    ]
    repeat: Annotated[
        str, field("Repeat it", kind="secret", max_length=_LONG, missing="Please type the new password again.")
    ]


class ChangePassword(NewPassword):
    old_password: Annotated[
        str, field("Current password", kind="secret", max_length=_LONG, missing="Please type your current password.")
    ]


class PasswordWithCode(NewPassword):
    code: Annotated[str, field("Code", max_length=40, missing="Please type the six digits from our mail.")]


class ChangeAddress(msgspec.Struct):
    email: Annotated[str, field("New email address", kind="email", missing="Please type the new address.")]
    password: Annotated[str, field("Current password", kind="secret", max_length=_LONG)] = ""


def repeat_fault(form: NewPassword) -> dict[str, str]:
    """The message for two new passwords that differ."""
    if form.new_password == form.repeat:
        return {}
    return {"repeat": "The two do not match. Please type the new password once more."}
