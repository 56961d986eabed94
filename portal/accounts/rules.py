"""What a password, a code, a name, an address to return to and a time zone must be like; how long things last."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from portal.core.times import zone_names
from portal.core.tokens import READABLE, signature

PASSWORD_LENGTH = (10, 200)
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
FIRST_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=30)
"""From signing in, however much it is used."""
STAFF_IDLE = timedelta(hours=12)
"""So long may a staff member's session lie unused."""
SEEN_EVERY = timedelta(minutes=5)
INVITATION_LIFE = timedelta(days=14)

_ADDRESS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_WHERE_SIGN_IN_ENDS = ("/account/sign-", "/account/reset", "/account/menu")


def address(email: str) -> str:
    """An address as accounts are stored and found by."""
    return email.strip().lower()


def typed_address(text: str) -> str | None:
    """The address in what somebody typed, as forms read it; None when it is none."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def same_password_form(password: str) -> str:
    """One form for what keyboards write differently: `é` as one character or as two."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, *, email: str) -> str:
    """Why a password will not do, or nothing. Length is what counts; no mix of characters is demanded."""
    least, most = PASSWORD_LENGTH
    plain = same_password_form(password)
    folded = plain.casefold()
    if len(plain) < least:
        return f"Please use at least {least} characters; this has {len(plain)}. A few words in a row are fine."
    if len(plain) > most:
        return f"Please use at most {most} characters; this has {len(plain)}."
    if folded in {email.casefold(), email.casefold().partition("@")[0]}:
        return "Please do not use your email address as the password."
    if folded in _common_passwords() or len(set(folded)) == 1:
        return "This is one of the passwords tried first by anyone. Please choose another."
    return ""


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())


def code_digits(typed: str) -> str | None:
    """The six digits of a typed or pasted code (`123 456`, `123-456`, any script's digits); None when it is no code."""
    found = "".join(c for c in unicodedata.normalize("NFKC", typed) if not c.isspace() and c not in "-–—.·\u200b")
    if len(found) != 6 or not all(unicodedata.category(c) == "Nd" for c in found):
        return None
    return "".join(str(unicodedata.decimal(c)) for c in found)


def mail_mark(ticket_id: int, sent: int) -> str:
    """Three letters or digits that page and mail both show, so that a code somebody else asked for, or an older one,
    is not typed by mistake. No secret."""
    drawn = int(signature("mark", f"{ticket_id}:{sent}"), 16)
    return "".join(READABLE[drawn // len(READABLE) ** place % len(READABLE)] for place in range(3))


def may_ask_again_at(asked_at: datetime, sent: int) -> datetime:
    """When the next code may be asked for: a minute after the first, twice as long after each further one."""
    doublings: int = min(sent - 1, 10)
    return asked_at + min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


def safe_next(given: str, *, default: str = "/account") -> str:
    """The page to go to after signing in: a path of ours, or `default` for anything that could lead elsewhere."""
    if len(given) > 500 or not _ADDRESS.fullmatch(given) or given.startswith(_WHERE_SIGN_IN_ENDS):
        return default
    parts = urlsplit(given)
    return given if not parts.scheme and not parts.netloc else default


@lru_cache(maxsize=1)
def _zones_by_spelling() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in zone_names():
        found[_spelling(name)] = name
        found.setdefault(_spelling(name.rpartition("/")[2]), name)
    return found


def _spelling(name: str) -> str:
    return name.replace("_", " ").casefold()


def zone_named(typed: str) -> str | None:
    """The IANA zone for what somebody typed: `Europe/Berlin`, `berlin`, `new york`; None when there is none."""
    return _zones_by_spelling().get(_spelling(typed.strip()))
