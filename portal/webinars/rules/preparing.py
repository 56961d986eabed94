"""What can be prepared for a room: polls, resources, what a certificate asks for; faults by field."""

from portal.core.addresses import is_own_path, is_secure
from portal.webinars.preparing import PollDraft, ResourceDraft, RuleDraft
from portal.webinars.tables.taking_part import PollKind, ResourceKind

MOST_OPTIONS = 12
MOST_SECONDS = 24 * 3600
WITH_OPTIONS = (PollKind.SINGLE, PollKind.MULTIPLE)


def poll_faults(poll: PollDraft) -> dict[str, str]:
    """Why a poll cannot be asked so; empty when it can."""
    found: dict[str, str] = {}
    if not poll.question:
        found["question"] = "What is it that you ask?"
    if poll.opens_after is not None and not 0 <= poll.opens_after <= MOST_SECONDS:
        found["opens_after"] = "Please give minutes from 0 to 1440."
    if fault := _option_fault(poll):
        found["options"] = fault
    return found


def _option_fault(poll: PollDraft) -> str:
    labels = [option.label.casefold() for option in poll.options]
    right = sum(option.is_right for option in poll.options)
    if poll.kind not in WITH_OPTIONS:
        return "A question of the test needs choices, and right ones among them." if poll.is_test else ""
    if not 2 <= len(labels) <= MOST_OPTIONS:
        return f"Please give at least two choices, and at most {MOST_OPTIONS}."
    if len(set(labels)) < len(labels):
        return "Two of the choices say the same."
    if any(len(label) > 200 for label in labels):
        return "Please keep each choice under 200 characters."
    if not poll.is_test:
        return ""
    if not right:
        return "Please mark what is right."
    if poll.kind is PollKind.SINGLE and right > 1:
        return "Only one choice can be right where only one can be chosen."
    return "" if right < len(labels) else "If everything is right, there is nothing to choose."


def resource_faults(resource: ResourceDraft) -> dict[str, str]:
    """Why a resource cannot be offered so; empty when it can."""
    found: dict[str, str] = {}
    if not resource.title:
        found["title"] = "What is it called?"
    if resource.kind is ResourceKind.FILE and not resource.file:
        found["file"] = "Please choose the file."
    if resource.kind is not ResourceKind.FILE and not (is_own_path(resource.url) or is_secure(resource.url)):
        found["url"] = "Please give a whole address that begins with https://."
    if resource.shows_after is not None and not 0 <= resource.shows_after <= MOST_SECONDS:
        found["shows_after"] = "Please give minutes from 0 to 1440."
    if resource.needs_consent and resource.sponsor_id is None:
        found["needs_consent"] = "Consent is given to a sponsor. Please choose which, or take this off."
    return found


def rule_faults(rule: RuleDraft) -> dict[str, str]:
    """Why a certificate cannot ask for that; empty when it can."""
    found: dict[str, str] = {}
    if not 0 <= rule.minutes <= 1440:
        found["minutes"] = "Please give minutes from 0 to 1440."
    if not 0 <= rule.polls <= 100:
        found["polls"] = "Please give a number from 0 to 100."
    if not 0 <= rule.test_percent <= 100:
        found["test_percent"] = "Please give per cent from 0 to 100."
    return found
