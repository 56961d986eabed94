"""`/speakers/{slug}`: who a person is, and where they speak. Public once a programme names them."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY

from portal.core import json_ld
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.core.text import plain
from portal.core.times import today
from portal.media import queries as media
from portal.speakers import queries, rules
from portal.speakers.inputs import Talks
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup, page

_RULE = PageRule(tags=("webinars", "programmes", "events"))


@get("/speakers/{slug:str}", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def speaker_page(request: Request[Any, Any, Any], slug: FromPath[str], now: Now, talks: Talks) -> Response[Any]:
    speaker = await queries.by_slug(slug) if may_be_slug(slug) else None
    if speaker is None and may_be_slug(slug) and (moved_to := await queries.united_into(slug)):
        return Redirect(f"/speakers/{moved_to}", status_code=HTTP_301_MOVED_PERMANENTLY)
    held = await talks(speaker.id) if speaker is not None else []
    if speaker is None or not held:
        raise NotFound("There is no such page. Perhaps this person is not on any programme of ours any more.")
    photo = (await media.by_keys([speaker.photo])).get(speaker.photo)
    base_url = current().base_url
    image = f"{base_url}{photo.at_least(640)}" if photo else ""
    ahead, past = rules.parted(held, today(now))
    return page(
        request, "speakers/speaker.html", section="leaders", speaker=speaker, photo=photo, image=image, ahead=ahead,
        past=past, host=rules.host, bio=markup(speaker.bio_html),
        about=plain(speaker.bio, limit=155) or speaker.post or speaker.name,
        linked=markup(json_ld.encoded(rules.profile(speaker, base_url=base_url, image=image))),
    )  # fmt: skip
