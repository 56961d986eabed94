"""Running another program that must not outlive this one."""

import signal
import subprocess
from types import FrameType

_TOLD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_to_its_end(command: list[str]) -> int:
    """Run a program and give its exit code. What this process is told, it passes on, and waits. Main thread only."""
    told: list[int] = []
    running: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: FrameType | None = None) -> None:
        told.append(number)
        for one in running:
            one.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    before = {name: signal.signal(name, pass_on) for name in _TOLD}
    try:
        # In a session of its own it hears of Ctrl-C from us alone, and so once.
        child = subprocess.Popen(command, start_new_session=True)  # noqa: S603 (our own arguments)
        running.append(child)
        for number in [*told]:
            pass_on(number)
        code = child.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    return code if code >= 0 else 128 - code
