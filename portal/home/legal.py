"""Who publishes the portal, and what it promises to people with disabilities."""

from typing import Any

from litestar import Request, get
from litestar.response import Response

from portal.web.page_cache import PageRule
from portal.web.rendering import page


@get("/imprint", opt={"public": True, "page": PageRule()}, include_in_schema=False)
async def imprint(request: Request[Any, Any, Any]) -> Response[str]:
    """What § 5 DDG and directive 2000/31/EC article 5 ask a publisher to say; all of it comes from the settings."""
    return page(request, "home/imprint.html")


@get("/accessibility", opt={"public": True, "page": PageRule()}, include_in_schema=False)
async def accessibility(request: Request[Any, Any, Any]) -> Response[str]:
    """The statement of directive (EU) 2019/882, annex V."""
    return page(request, "home/accessibility.html")
