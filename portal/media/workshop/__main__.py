"""Opens one file: `python -m portal.media.workshop image|document:<end> FILE FOLDER BYTES SECONDS`.

Says on standard output, in one line of JSON, what it made or found (`{"done": …}`) or why not (`{"refused": …}`). It may
take so much memory and time and no more: whatever a file does to the libraries that read it, it does here.
"""

import json
import resource
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from portal.media.workshop.refusing import Refused


def _answer(task: str, source: Path, folder: Path) -> dict[str, Any]:
    kind, _, end = task.partition(":")
    try:
        # Only the libraries that are needed: reading them takes longer than most files do.
        tools = import_module(f"portal.media.workshop.{kind}s")
        return {"done": tools.remake(source, folder) if kind == "image" else tools.look_at(source, end)}
    except Refused as refused:
        return {"refused": str(refused)}
    except (MemoryError, RecursionError):
        return {"refused": "large"}


def main() -> None:
    task, source, folder, memory, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(_answer(task, Path(source), Path(folder))))


if __name__ == "__main__":
    main()
