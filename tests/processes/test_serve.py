"""The web process: told to stop, it finishes the request in hand and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.serving import free_port


async def test_serve_finishes_the_request_in_hand_and_ends_with_its_server(database: str) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal", "serve", "--port", str(port), env={**os.environ, "DATABASE_URL": database},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while process.returncode is None:
                try:
                    assert (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"email=amara%40brennhof.example&password=a+guess+at+it"
        head = (
            f"POST /account/sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        writer.write(head.encode())
        # Asked for its body, the request is in hand.
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10) == b"HTTP/1.1 100 Continue\r\n\r\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readuntil(b"Shutting down"), 10)
        writer.write(body)
        assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == b"422"
        writer.close()
        said += (await asyncio.wait_for(process.communicate(), 20))[0]
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, children != []) == (0, True), said.decode()
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


_PARENT = """
import sys
from portal.core.processes import run_to_its_end
sys.exit(run_to_its_end([sys.executable, "-c", sys.argv[1], sys.argv[2]]))
"""
_CHILD = """
import os, pathlib, signal, sys
def end(number, _):
    pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} told {number}")
    sys.exit(7)
for name in (signal.SIGINT, signal.SIGTERM):
    signal.signal(name, end)
print(os.getpid(), flush=True)
signal.pause()
"""


@pytest.mark.parametrize(
    ("sent", "heard"),
    [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (signal.SIGHUP, signal.SIGTERM)],
)
def test_a_program_of_ours_is_told_and_waited_for(tmp_path: Path, sent: signal.Signals, heard: signal.Signals) -> None:
    note = tmp_path / "note"
    with subprocess.Popen([sys.executable, "-c", _PARENT, _CHILD, str(note)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(sent)
        assert parent.wait(10) == 7
    assert note.read_text() == f"{child} told {int(heard)}"
    assert not psutil.pid_exists(child)


def test_a_program_that_is_killed_says_so(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT, _CHILD, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        os.kill(int(parent.stdout.readline()), signal.SIGKILL)
        assert parent.wait(10) == 128 + signal.SIGKILL


_FILES = """
import resource
from portal.core.processes import let_open
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 256))
for wanted in (32, 128, 10_000):
    print(let_open(wanted), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_process_may_open_as_much_as_it_needs_and_the_machine_grants() -> None:
    said = subprocess.run([sys.executable, "-c", _FILES], check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == ["64 (64, 256)", "128 (128, 256)", "256 (256, 256)"]
