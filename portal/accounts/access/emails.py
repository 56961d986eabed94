"""The mails of getting in. None has a link that acts, and no subject carries a code: subjects stand in the logs of mail
servers and on locked screens. The code opens the first line instead, where previews show it to who may see them.

Only what we know ourselves goes into a mail to an address that is not proved yet: a name typed by a stranger would
make the portal send his words.
"""

from datetime import datetime

from portal.accounts import rules
from portal.accounts.access.values import Wish
from portal.accounts.tables import CodePurpose
from portal.core import times
from portal.core.settings import current
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.web.clients import browser

_WHAT = {
    CodePurpose.SIGN_IN: "sign-in code",
    CodePurpose.SIGN_UP: "code to confirm this address",
    CodePurpose.RESET: "code to set a new password",
    CodePurpose.PASSWORD: "code to set a new password",
    CodePurpose.ADDRESS: "code to confirm this address",
    CodePurpose.ERASURE: "code to erase your account",
    CodePurpose.CLAIM: "code to claim your company’s profile",
    CodePurpose.ENQUIRY: "code for your enquiry",
    CodePurpose.RECONFIRM: "code to confirm your company’s facts",
    CodePurpose.SPEAKING: "code to your speaker’s desk",
    CodePurpose.AGENDA: "code to hear of changes in your agenda",
}


def carries_code(wish: Wish) -> bool:
    """Whether the mail has a code in it: not to an address that has nothing to open, or that is another account's."""
    match wish.purpose:
        case CodePurpose.SIGN_IN | CodePurpose.RESET | CodePurpose.RECONFIRM:
            return wish.known
        case CodePurpose.ADDRESS:
            return not wish.known
        case _:
            return True


def about_wish(wish: Wish, code: str) -> Message:
    """The mail a ticket calls for: with the code, or saying why there is none."""
    mark = rules.mail_mark(wish.id, wish.sent)
    if not carries_code(wish):
        return _message(
            f"code:{wish.id}:{wish.sent}", wish.email, "address_taken" if wish.known else "no_account",
            mark=mark, email=wish.email, asked=_moment(wish.asked_at, wish.timezone), browser=browser(wish.user_agent),
        )  # fmt: skip
    what = _WHAT[wish.purpose]
    knows = wish.purpose is CodePurpose.SIGN_UP and wish.known
    return _message(
        f"code:{wish.id}:{wish.sent}", wish.email, "code",
        what=_WHAT[CodePurpose.SIGN_IN] if knows else what,
        code=code,
        mark=mark,
        email=wish.email,
        account_exists=knows,
        signed_in=wish.purpose in {CodePurpose.PASSWORD, CodePurpose.ERASURE},
        erasing=wish.purpose is CodePurpose.ERASURE,
        claiming=wish.purpose is CodePurpose.CLAIM,
        minutes=int(rules.CODE_LIFE.total_seconds() // 60),
        asked=_moment(wish.asked_at, wish.timezone),
        browser=browser(wish.user_agent),
    )  # fmt: skip


def password_changed(*, key: str, email: str, at: datetime, timezone: str) -> Message:
    """To the owner, after a password was changed."""
    return _message(key, email, "password_changed", email=email, at=_moment(at, timezone))


def address_changed(*, key: str, old: str, at: datetime, timezone: str) -> Message:
    """To the old address, after the account moved to another. The new one is not named: it is somebody's own affair."""
    return _message(key, old, "address_changed", email=old, at=_moment(at, timezone))


def _moment(at: datetime, timezone: str | None) -> str:
    zone = timezone or current().site_timezone
    return f"{times.moment(at, zone)} {times.zone_short(zone, at)}"


def _message(key: str, recipient: str, template: str, **context: object) -> Message:
    subject, text, html = compose(f"accounts/{template}", **context)
    return Message(key=key, topic="codes", recipient=recipient, subject=subject, text=text, html=html)
