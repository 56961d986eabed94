"""The demo's folder and its database: one demo at a time, and nothing half made when it is told to stop early."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo import folder as folders
from portal.demo.folder import DemoRefused, held, secrets_of
from tests.processes.test_cli import Run, run, words

__all__ = ["run"]


def test_a_running_demo_keeps_its_folder_from_another_one(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with held(folder, address="http://localhost:8000"):
        (folder / "precious").write_text("orders")
        for options in ((), ("--fresh",)):
            result = run("demo", "--port", "18411", *options, PORTAL_DATA=str(folder))
            assert result.exit_code == 2
            assert (
                words(result)
                .replace(" ", "")
                .startswith(f"Ademorunsin{folder}already(http://localhost:8000).Stopthatone".replace(" ", ""))
            )
    assert sorted(path.name for path in folder.iterdir()) == ["demo.lock", "precious"]


def test_processes_left_behind_keep_the_folder_too(tmp_path: Path) -> None:
    with held(tmp_path / "data", address="a") as lock:
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    with pytest.raises(DemoRefused), held(tmp_path / "data", address="b"):
        pass
    left.communicate(b"\n")
    with held(tmp_path / "data", address="b"):
        pass


def test_forgetting_takes_everything_but_what_lies_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    folder = tmp_path / "data"
    with held(folder, address="a"):
        before = secrets_of(folder)
        assert secrets_of(folder) == before
        assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
        (folder / "pg/base").mkdir(parents=True)
        (folder / "linked").symlink_to(elsewhere)
        folders.forget(folder)
        assert [path.name for path in folder.iterdir()] == ["demo.lock"]
        assert secrets_of(folder) != before
    assert (elsewhere / "kept").read_text() == "kept"


@pytest.mark.parametrize("made_by", ["demo.lock", "secrets.json", "pg/PG_VERSION"])
def test_folders_of_demos_and_of_the_private_server_are_taken(tmp_path: Path, made_by: str) -> None:
    (tmp_path / made_by).parent.mkdir(exist_ok=True)
    (tmp_path / made_by).write_text("")
    with held(tmp_path, address="a"):
        pass


@pytest.fixture
def enterable() -> Iterator[Path]:
    """A folder the database's own user may enter."""
    with tempfile.TemporaryDirectory(prefix="portal-private-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


_PRIVATE = """
import sys
from pathlib import Path
from portal.core.embedded import private_server
with private_server(Path(sys.argv[1])) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


def test_told_to_stop_while_its_database_is_made_it_leaves_a_whole_one_that_does_not_run(enterable: Path) -> None:
    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", _PRIVATE, str(enterable)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    with start() as first:
        while not (enterable / "pg/PG_VERSION").exists():
            assert first.poll() is None
            time.sleep(0.01)
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 128 + signal.SIGTERM
        assert first.stderr is not None
        assert b"Traceback" not in first.stderr.read()
    assert not (enterable / "pg/postmaster.pid").exists()
    with start() as second:
        assert second.stdout is not None
        assert second.stdout.readline().startswith(b"postgresql://")
        assert (enterable / "pg/postmaster.pid").exists()
        second.send_signal(signal.SIGHUP)
        assert second.wait(30) == 128 + signal.SIGHUP
    assert not (enterable / "pg/postmaster.pid").exists()
