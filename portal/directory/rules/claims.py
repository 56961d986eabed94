"""What proves that somebody speaks for a company, how long it is looked for, and what was found, in words. Pure."""

from datetime import datetime, timedelta

import msgspec

from portal.directory.rules.domains import Home, home_of, is_shared
from portal.directory.tables.companies import ClaimWay
from portal.placements.tables import Plan

AUTOMATIC = timedelta(days=7)
"""So long the portal looks by itself for a record or a file."""
KEPT = timedelta(days=30)
"""So long a claim may be proved."""
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=6)
FILE_PATH = "/.well-known/tradefloor.txt"
PROOF_WORDS = {
    ClaimWay.CODE: "a code to an address at its domain",
    ClaimWay.DNS: "a DNS record of its domain",
    ClaimWay.FILE: "a file on its website",
    ClaimWay.DOCUMENT: "a document",
}
BY_DOMAIN = frozenset({ClaimWay.CODE, ClaimWay.DNS, ClaimWay.FILE})


class Found(msgspec.Struct, frozen=True):
    """What a look at a record or a file found; `words` are whole sentences for the claimant."""

    holds: bool
    words: str


def proof(token: str) -> str:
    """What the record or the file must hold."""
    return f"tradefloor-claim={token}"


def record_name(home: Home) -> str:
    return f"_tradefloor.{home.domain}"


def file_address(home: Home) -> str:
    return f"https://{home.host}{FILE_PATH}"


def proved_site(way: ClaimWay, home: Home | None) -> str:
    """What a proof is good for: the registered domain with all below it, or the one host a file lies on."""
    if home is None or way not in BY_DOMAIN:
        return ""
    return home.site if way is ClaimWay.FILE else home.domain


def is_proved(website: str, site: str) -> bool:
    """Whether what was proved of a site is good for a website: there or below it. A trigger goes by the same rule."""
    home = home_of(website)
    return bool(site) and home is not None and f".{home.site}".endswith(f".{site}")


def no_home(home: Home | None) -> str:
    """Why a website cannot prove whose company it is, in words; empty where it can."""
    if home is None:
        return "The profile names no website with a domain of its own."
    if is_shared(home.domain):
        return f"The profile’s website is at {home.domain}, which is shared by many. It says nothing about who asks."
    return ""


def way_on(slug: str, plan: Plan, came_from: str = "") -> str:
    """Where a new owner goes on: to the plan he came for, to the page that sent him, or to the profile."""
    manage = f"/companies/{slug}/manage"
    return came_from or manage if plan is Plan.FREE else f"{manage}/plan?plan={plan.value}"


def next_look(*, asked_at: datetime, now: datetime) -> datetime | None:
    """When to look again after a look in vain: soon at first, then less often; None when it is no longer done by itself."""
    wait = min(LONGEST, max(SHORTEST, (now - asked_at) / 6))
    return now + wait if now + wait < asked_at + AUTOMATIC else None
