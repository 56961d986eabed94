"""The process that typesets for another one: `python -m portal.core.typesetter`, started by `portal.core.typesetting`.

Fonts and layouts take some 80 MiB that a web process need not carry. A request is one line of JSON on standard input,
`{"root", "fonts", "template", "inputs"}`; the answer is one line of JSON, `{"size", "standards", "fault"}`, and then the
document's bytes. Without work for a while, or when whoever asks is gone, the process ends.
"""

import json
import select
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

_IDLE_SECONDS = 120
# Archivable and tagged for screen readers. A document that cannot be so is still printed: PDF/A refuses characters of
# private use, and both refuse those that no font at hand can draw.
_STANDARDS: tuple[list[Any], ...] = (["a-2a", "ua-1"], ["ua-1"], [])


@lru_cache(maxsize=1)
def _compiler(root: str, fonts: str) -> typst.Compiler:
    """Keeps fonts and parsed templates between documents. It serves one call at a time."""
    return typst.Compiler(root=root, font_paths=typst.Fonts(font_paths=[fonts]))


def _typeset(asked: dict[str, Any]) -> tuple[list[str], bytes]:
    """The document, and the standards it keeps; raises TypstError for a fault of the template."""
    compiler = _compiler(asked["root"], asked["fonts"])
    for standards in _STANDARDS:
        try:
            made = compiler.compile(
                Path(asked["root"]) / f"{asked['template']}.typ",
                format="pdf",
                sys_inputs=asked["inputs"],
                pdf_standards=standards,
            )
        except typst.TypstError as error:
            if not standards or not error.message.startswith("PDF"):
                raise
        else:
            assert isinstance(made, bytes)
            return standards, made
    raise AssertionError("unreachable")


def main() -> None:
    """Answer requests one after the other."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([requests], [], [], _IDLE_SECONDS)[0] and (line := requests.readline()):
        fault, standards, made = "", list[str](), b""
        try:
            standards, made = _typeset(json.loads(line))
        except typst.TypstError as error:
            fault = error.message
        answers.write(json.dumps({"size": len(made), "standards": standards, "fault": fault}).encode() + b"\n" + made)
        answers.flush()


if __name__ == "__main__":
    main()
