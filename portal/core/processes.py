"""Running another program that must not outlive this one, what it may use, and hearing that this one is to stop."""

import asyncio
import contextlib
import resource
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
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


def let_open(files: int) -> int:
    """Allow this process, and what it starts, so many open files and connections; gives how many the machine grants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    return granted if soft == resource.RLIM_INFINITY else max(soft, granted)


@contextlib.contextmanager
def when_told_to_stop(act: Callable[[], None]) -> Iterator[None]:
    """Inside the block, call `act` on the running loop as soon as this process is told to stop.

    Granian tells the application only once every answer has been given, for which streams that go on would have it wait.
    Whoever else hears the signal still does: the loop by its wake-up line, Python's handlers from here.
    """
    loop = asyncio.get_running_loop()
    # Where nobody minds the signal the process just ends, and signals belong to the main thread.
    minded = [name for name in (signal.SIGINT, signal.SIGTERM) if callable(signal.getsignal(name))]
    if threading.current_thread() is not threading.main_thread():
        minded = []
    before = {name: signal.getsignal(name) for name in minded}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        before[signal.Signals(number)](number, frame)  # type: ignore[operator, misc]

    for name in minded:
        signal.signal(name, heard)
        signal.siginterrupt(name, False)
    try:
        yield
    finally:
        for name in minded:
            if signal.getsignal(name) is heard:
                signal.signal(name, before[name])
                signal.siginterrupt(name, False)
