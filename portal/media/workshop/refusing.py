"""How the workshop says that it does not take a file."""


class Refused(Exception):
    """The file is not taken; the text is the word for why that `portal.media.examining` knows."""
