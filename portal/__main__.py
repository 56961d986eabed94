"""Entry point of the `portal` command. Reading the programme takes a second or two; until then Ctrl-C just ends it."""

import signal
from importlib import import_module


def main() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = import_module("portal.cli").main
    signal.signal(signal.SIGINT, before)
    command()


if __name__ == "__main__":
    main()
