"""The publisher's terms, and whether they were accepted. Pure."""


def refusal(accepted: str, wanted: str) -> str:
    """Why an order cannot go on; empty once the terms that stand at `wanted` are accepted, or where there are none."""
    if accepted == wanted or not wanted:
        return ""
    return "The terms have changed meanwhile. Please accept them anew." if accepted else "Please accept the terms."
