"""What pages with films are allowed to load."""

from portal.web.security import origin, with_films
from portal.webinars.rules.sources import FRAMES


def films(*addresses: str) -> dict[str, str]:
    """Headers that let a page play from these addresses, and from the players it may embed."""
    media = sorted({origin(address) for address in addresses if address.startswith("https://")})
    return with_films(media=media, frames=FRAMES)
