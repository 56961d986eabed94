"""Mails about whose a company is: to claimants, to owners, to those who ask to be invited.

None has a link that acts. What strangers typed is not in them: notes and objections are read on the portal.
"""

from collections.abc import Sequence

from portal.core.settings import current
from portal.directory.queries.claims import Asking, Claim, Reader
from portal.directory.rules.claims import PROOF_WORDS, way_on
from portal.directory.tables.editing import ClaimState
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.placements.rules.plans import NAMES
from portal.placements.tables import Plan


def decided(claim: Claim) -> Message:
    """To the claimant: accepted, refused, or ended by time or because the website moved."""
    key = f"claim:{claim.id}:{claim.state}"
    if claim.state is ClaimState.ACCEPTED:
        title = f"{claim.company} is yours to look after"
        words = [
            f"Your claim of {claim.company} is accepted. Its profile belongs to the organisation “{claim.organisation}”."
        ]
        words += [f"From our staff: {claim.reason}"] if claim.reason else []
        words.append("You can edit the profile, and invite colleagues with roles of their own.")
        button = "Look after the profile"
        if claim.plan is not Plan.FREE:
            words.append(
                f"You came for the plan {NAMES[claim.plan]}. Nothing is bought yet; it waits on the plan’s page."
            )
            button = f"Go on to {NAMES[claim.plan]}"
        elif claim.came_from:
            words.append("You had begun something that needs the company to be yours. You can go on with it now.")
            button = "Go on where you were"
        return _message(
            key, claim.account_email, title, words, (button, way_on(claim.slug, claim.plan, claim.came_from))
        )
    if claim.state is ClaimState.REFUSED:
        title = f"Your claim of {claim.company} is refused"
        words = [f"Our staff looked at it. Their reason: {claim.reason}"]
        words.append(f"If you can show more, start another claim, or write to {current().contact_email}.")
        return _message(
            key, claim.account_email, title, words, ("Open the page of the claim", f"{_page(claim.slug)}/claim")
        )
    title = f"Your claim of {claim.company} has ended"
    words = [claim.reason, "Nothing was changed. You can start another at any time."]
    return _message(
        key, claim.account_email, title, words, ("Open the page of the claim", f"{_page(claim.slug)}/claim")
    )


def rival(claim: Claim, at: str) -> Message:
    """To somebody whose claim is still open, when another one was accepted."""
    title = f"Somebody else has claimed {claim.company}"
    words = [
        f"You have an open claim of {claim.company}. Another one was accepted meanwhile, so the company has an owner now.",
        "If you work there, ask the owner to invite you. If the owner has no right to it, go on with your claim: once it is "
        "proved, our staff decide and hear both sides.",
    ]
    key = f"claim:{claim.id}:rival:{at}"
    return _message(
        key, claim.account_email, title, words, ("Open the page of the claim", f"{_page(claim.slug)}/claim")
    )


def against_owner(claim: Claim, owner: Reader) -> Message:
    """To a present owner: somebody else proved to speak for the company."""
    title = f"Somebody claims {claim.company}"
    words = [
        f"{claim.company} belongs to your organisation “{claim.owner}”. Somebody else has shown by "
        f"{PROOF_WORDS[claim.way]} to act for it.",
        "Nothing has changed yet; our staff decide. Do you know them? Then invite them as a member. If the claim is wrong, "
        "object on the page of your members.",
    ]
    key = f"claim:{claim.id}:owner:{owner.account_id}"
    return _message(key, owner.email, title, words, ("Open your members", f"{_page(claim.slug)}/manage/members"))


def asks_to_join(asking: Asking, owner: Reader) -> Message:
    title = f"Somebody asks to join {asking.company}"
    words = [
        f"{asking.email} asks to be invited to look after {asking.company} with you.",
        "What they write to you, and the buttons to answer, are on the page of your members. Without an answer nothing happens.",
    ]
    key = f"asking:{asking.id}:{owner.account_id}"
    return _message(key, owner.email, title, words, ("Open your members", f"{_page(asking.slug)}/manage/members"))


def not_invited(reader: Reader, company: str, slug: str, at: str) -> Message:
    title = f"No invitation to {company}"
    words = [f"An owner of {company} answered that they do not invite you to look after its profile."]
    key = f"asking:{slug}:{reader.account_id}:no:{at}"
    return _message(key, reader.email, title, words, ("Open the company", _page(slug)))


def no_longer_owned(reader: Reader, company: str, slug: str, reason: str, at: str) -> Message:
    title = f"{company} no longer belongs to your organisation"
    words = [
        f"From now on your organisation does not look after the profile of {company}.",
        f"The reason: {reason}",
        f"If that is wrong, write to {current().contact_email} at once.",
    ]
    return _message(
        f"company:{slug}:gone:{reader.account_id}:{at}", reader.email, title, words, ("Open the company", _page(slug))
    )


def newly_owned(reader: Reader, company: str, slug: str, reason: str, at: str) -> Message:
    title = f"{company} belongs to your organisation"
    words = [f"Our staff made your organisation the owner of the profile of {company}.", f"The reason: {reason}"]
    button = ("Look after the profile", f"{_page(slug)}/manage")
    return _message(f"company:{slug}:new:{reader.account_id}:{at}", reader.email, title, words, button)


def verify_again(reader: Reader, company: str, slug: str, website: str) -> Message:
    """To an owner, after the website went to a domain that nobody proved."""
    title = f"Please verify {company} again"
    words = [
        f"The website of {company} is now {website or 'empty'}. What was proved before was about another one, so the profile "
        "no longer shows as verified.",
        "It stays yours, and everything on it stays. Prove the new website when you like.",
    ]
    key = f"company:{slug}:verify:{reader.account_id}:{website}"[:200]
    return _message(key, reader.email, title, words, ("Verify the company", f"{_page(slug)}/claim"))


def _page(slug: str) -> str:
    return f"/companies/{slug}"


def _message(key: str, recipient: str, title: str, words: Sequence[str], button: tuple[str, str]) -> Message:
    subject, text, html = compose("directory/notice", title=title, words=words, button=button)
    return Message(key=key, topic="companies", recipient=recipient, subject=subject, text=text, html=html)
