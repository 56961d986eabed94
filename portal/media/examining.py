"""Files opened in a process of their own, and its refusals in words."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import structlog

from portal.media import rules

_ROOT = Path(__file__).resolve().parents[2]
# Where compiled modules are kept apart from their sources, they may be read there.
_PYTHON = [sys.executable, *([f"-Xpycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else [])]
_MOST_MEMORY = 1_500_000_000
_MOST_SECONDS = 30
_AT_ONCE = 2

_log = structlog.get_logger("media")

_WORDS = {
    "svg": "SVG drawings can carry programs, so they are not taken. Please save it as PNG, at least 960 pixels wide.",
    "unknown": f"This is not a picture we can read. {rules.IMAGES_WANTED}",
    "large": "This file unpacks to more than we can handle. Pictures may have up to 40 megapixels.",
    "damaged": "This file is damaged or incomplete. Please save it again and send it once more.",
    "other": "The file is not what its name says. Please check that it ends in what it was saved as.",
    "acts": "This PDF runs scripts, starts programs or sends forms. Please print it to a new PDF and send that.",
    "locked": "This file is protected by a password. Please save it without one.",
    "macros": "This file holds macros or loads a template from elsewhere. Please save it without them.",
    "encoding": "The text is in an encoding other than UTF-8. Please save it as UTF-8.",
}


class NotTaken(Exception):
    """The file is refused; the text says why, for whoever sent it."""


class Remade(msgspec.Struct, frozen=True):
    """A rendition of a picture, as a file in the folder that was given."""

    name: str
    width: int
    height: int


class Picture(msgspec.Struct, frozen=True):
    """What became of a picture."""

    content_type: str
    width: int
    height: int
    made: list[Remade]


class Examiner:
    """Opens a few files at a time; others wait."""

    def __init__(self, *, memory: int = _MOST_MEMORY, seconds: int = _MOST_SECONDS) -> None:
        self.memory = memory
        self.seconds = seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def remake(self, source: Path, folder: Path) -> Picture:
        """Make the renditions of a picture in `folder`; raises NotTaken."""
        return msgspec.convert(await self._ask("image", source, folder), Picture)

    async def look_at(self, source: Path, end: str) -> int | None:
        """How many pages a document that ends in `end` has, where that can be told; raises NotTaken."""
        told = await self._ask(f"document:{end}", source, source.parent)
        pages: int | None = told["pages"]
        return pages

    async def _ask(self, task: str, source: Path, folder: Path) -> dict[str, Any]:
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                *_PYTHON, "-m", "portal.media.workshop", task, str(source), str(folder),
                str(self.memory), str(self.seconds),
                # Nothing of ours to find: no secrets in its environment, no terminal, no errors in our log.
                cwd=_ROOT, env={"PYTHONDONTWRITEBYTECODE": "1"}, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                said, _ = await asyncio.wait_for(process.communicate(), self.seconds + 10)
            except TimeoutError:
                said = b""
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode or not said:
            _log.warning("media.workshop_died", task=task, code=process.returncode)
            raise NotTaken(_WORDS["damaged"])
        answer: dict[str, Any] = msgspec.json.decode(said)
        if "refused" in answer:
            raise NotTaken(_WORDS[answer["refused"]])
        done: dict[str, Any] = answer["done"]
        return done
