"""What starts a process: the `portal` command, and the application for Granian.

Reading the programme takes a second or two; until then Ctrl-C just ends it. What is read and built here stays as long as
the process: to look through it for garbage would take as long as half of it, and hold requests up later.
"""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


@contextmanager
def _staying() -> Iterator[None]:
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def main() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    with _staying():
        command = import_module("portal.cli").main
    signal.signal(signal.SIGINT, before)
    command()


def create_app() -> Any:
    """The portal, for a process that does nothing else."""
    with _staying():
        return import_module("portal.app").create_app()


if __name__ == "__main__":
    main()
