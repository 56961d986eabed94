"""The answer to whoever asked for a company that was missing. What they typed is not in it: nobody proved the address."""

from portal.core.settings import current
from portal.directory.queries.corrections import Missing
from portal.notifications.composing import compose
from portal.notifications.values import Message


def answered(asked: Missing) -> Message:
    """Where the company is, or that it was not added and why."""
    if asked.added:
        title = f"{asked.added} is in our directory"
        words = [
            f"You asked us to add a company that you missed. It is listed as {asked.added}.",
            "Do you act for it? Claim the profile: that costs nothing, and what it says is yours to look after from then on.",
        ]
        button = ("Open the profile", f"/companies/{asked.added_slug}")
    else:
        title = "We did not add the company you asked for"
        words = ["You asked us to add a company to the directory. Our editors looked at it and did not."]
        words += [f"Their reason: {asked.note}"] if asked.note else []
        words.append(f"If they overlooked something, write to {current().contact_email}.")
        button = ("Look in the directory", "/companies")
    subject, text, html = compose("directory/notice", title=title, words=words, button=button)
    return Message(
        key=f"missing:{asked.id}:{asked.state}", topic="companies", recipient=asked.email, subject=subject, text=text, html=html
    )  # fmt: skip
