"""What people read about their minutes."""

from portal.webinars.rules.presence import SCRIPTLESS_GAP_SECONDS

SCRIPTLESS = (
    "Without scripts this page cannot tell that you are still here. Please press the button, or load the page again, "
    f"at least every {SCRIPTLESS_GAP_SECONDS // 60} minutes."
)


def breaks(stays: int, seconds: int) -> str:
    """`one break of 40 seconds`, `3 breaks of 4 minutes together`; empty for whoever stayed."""
    if stays < 2:
        return ""
    return f"one break of {lasting(seconds)}" if stays == 2 else f"{stays - 1} breaks of {lasting(seconds)} together"


def lasting(seconds: int) -> str:
    """How long something took, as one says it."""
    if seconds < 120:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours {minutes % 60} minutes"


def corrected(minutes: int) -> str:
    """`5 minutes added`, `1 minute taken off`."""
    number = abs(minutes)
    return f"{number} minute{'' if number == 1 else 's'} {'added' if minutes > 0 else 'taken off'}"
