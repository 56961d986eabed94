"""Documents typeset by typst, from `templates/pdf`.

Data reaches a template as JSON that the template decodes, never as typst source, so that what people typed stays text.
The same data gives the same bytes: a template dates its document by `data.dated`, never by the clock.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import structlog
import typst

from portal.core.settings import Settings, current

_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = _ROOT / "templates" / "pdf"
FONTS = _ROOT / "static" / "fonts" / "print"

_log = structlog.get_logger("typesetting")
# Archivable and tagged for screen readers. A document that cannot be so is still printed: PDF/A refuses characters of
# private use, and both refuse those that no font at hand can draw.
_STANDARDS: tuple[list[Any], ...] = (["a-2a", "ua-1"], ["ua-1"], [])


async def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `templates/pdf/<template>.typ`. The template sees `data` and, as `data.site`, the publisher's look."""
    inputs = {"data": msgspec.json.encode({"site": _site(current()), **data}).decode()}
    return await asyncio.get_running_loop().run_in_executor(_worker(), _compile, template, inputs)


def dated(at: datetime) -> dict[str, int]:
    """A moment as templates take it for the document's date."""
    utc = at.astimezone(UTC)
    return {name: getattr(utc, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _site(settings: Settings) -> dict[str, Any]:
    return {
        "name": settings.site_name,
        "address": settings.base_url.partition("://")[2],
        "contact": settings.contact_email,
        "hue": settings.brand_hue,
        "chroma": settings.brand_chroma,
    }


@lru_cache(maxsize=1)
def _worker() -> ThreadPoolExecutor:
    """One thread: a document takes milliseconds and megabytes, so a flood of them waits in line as small data."""
    return ThreadPoolExecutor(1, thread_name_prefix="typesetting")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """Keeps fonts and parsed templates between documents. It serves one call at a time."""
    return typst.Compiler(root=TEMPLATES, font_paths=typst.Fonts(font_paths=[str(FONTS)]))


def _compile(template: str, inputs: dict[str, str]) -> bytes:
    for standards in _STANDARDS:
        try:
            made = _compiler().compile(
                TEMPLATES / f"{template}.typ", format="pdf", sys_inputs=inputs, pdf_standards=standards
            )
        except typst.TypstError as error:
            if not standards or not error.message.startswith("PDF"):
                raise
            _log.warning("typesetting.standard_missed", template=template, standards=standards)
        else:
            assert isinstance(made, bytes)
            return made
    raise AssertionError("unreachable")
