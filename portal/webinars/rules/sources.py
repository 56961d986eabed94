"""Where a room's picture may come from."""

import re
from urllib.parse import parse_qs

from portal.core.addresses import is_own_path, is_secure, parts_of
from portal.webinars.tables.rooms import VideoSource

_YOUTUBE = re.compile(r"[\w-]{11}", re.ASCII)
_VIMEO = re.compile(r"\d{5,12}(\?h=[0-9a-f]{6,20})?", re.ASCII)


def refusals(source: VideoSource, url: str) -> dict[str, str]:
    """Why a source cannot be used, by field; empty when it can."""
    match source:
        case VideoSource.NONE:
            return {}
        case VideoSource.HLS | VideoSource.HAND_OVER:
            fine = is_secure(url) or (source is VideoSource.HLS and is_own_path(url))
            return {} if fine else {"source_url": "Please give a whole address that begins with https://."}
        case VideoSource.YOUTUBE:
            fine = _YOUTUBE.fullmatch(url) is not None
            return (
                {} if fine else {"source_url": "Please give the film’s address on YouTube, or its id of 11 characters."}
            )
        case VideoSource.VIMEO:
            fine = _VIMEO.fullmatch(url) is not None
            return {} if fine else {"source_url": "Please give the film’s address on Vimeo, or its number."}


def stored(source: VideoSource, typed: str) -> str:
    """What is kept of a typed address: of a film its id; anything else as it is, for `refusals` to judge."""
    typed = typed.strip()
    parts = parts_of(typed)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if source is VideoSource.YOUTUBE and host in ("youtube.com", "youtube-nocookie.com"):
        return parse_qs(parts.query).get("v", [last])[0]
    if source is VideoSource.YOUTUBE and host == "youtu.be":
        return last
    if source is VideoSource.VIMEO and host in ("vimeo.com", "player.vimeo.com"):
        pieces = [piece for piece in parts.path.split("/") if piece and piece != "video"]
        secret = parse_qs(parts.query).get("h", pieces[1:2] or [""])[0]
        return f"{pieces[0]}?h={secret}" if pieces and secret else (pieces[0] if pieces else "")
    return typed


FRAMES = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
"""The players of other services that a room may embed (for its Content-Security-Policy)."""
