"""What stands on the stage in each state."""

import hashlib
from datetime import datetime

import msgspec

from portal.webinars.tables.rooms import RoomState, VideoSource
from portal.webinars.values import Film, Room


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture: where it comes from, and since when it runs for everybody (`begun`, of a film shown as if it were live)."""

    source: VideoSource
    url: str
    captions: str = ""
    begun: datetime | None = None
    seconds: int | None = None

    @property
    def key(self) -> str:
        """Another picture has another: what plays is replaced, and never turned into something else."""
        told = f"{self.source} {self.url} {self.captions} {self.begun}"
        return hashlib.blake2b(told.encode(), digest_size=5).hexdigest()


def shown(room: Room, film: Film | None) -> Shown | None:
    """The picture of a room; None while there is only a sentence."""
    if room.state is RoomState.LIVE and room.is_on:
        if room.simulated and film is not None:
            return Shown(
                source=film.source,
                url=film.source_url,
                captions=film.captions,
                begun=room.live_at,
                seconds=film.seconds,
            )
        if room.source is VideoSource.NONE:
            return None
        return Shown(source=room.source, url=room.source_url, captions=room.captions)
    return None


def embedded(source: VideoSource, url: str) -> str:
    """The address of another service's player in its privacy mode; empty for our own."""
    match source:
        case VideoSource.YOUTUBE:
            return f"https://www.youtube-nocookie.com/embed/{url}?rel=0&playsinline=1&enablejsapi=1"
        case VideoSource.VIMEO:
            joint = "&" if "?" in url else "?"
            return f"https://player.vimeo.com/video/{url}{joint}dnt=1"
        case _:
            return ""


def timed(source: VideoSource, url: str, second: int) -> str:
    """The address of another service's player that begins at a second of the film."""
    if source is VideoSource.YOUTUBE:
        return f"{embedded(source, url)}&start={second}"
    return f"{embedded(source, url)}#t={second}s"
