"""The demo's folder: whose it is, that one demo at a time uses it, its secrets, and forgetting all of it."""

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

_LOCK = "demo.lock"
_SECRETS = "secrets.json"


class DemoRefused(Exception):
    """The demo does not start like this; the text says why."""


class Secrets(msgspec.Struct):
    """Made once per demo folder, so that a second start understands the first one's signatures."""

    secret_key: str
    stripe_secret_key: str
    stripe_webhook_secret: str


@contextmanager
def held(folder: Path, *, address: str) -> Iterator[int]:
    """Hold the folder for the demo at `address`, making it; raises DemoRefused when it is not free, or not a demo's.

    Gives the lock's file descriptor. Processes that inherit it hold the folder too, until the last one is gone.
    """
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise DemoRefused(
                f"A demo runs in {folder} already ({lock.read() or 'it is just starting'}). Stop that one, or name "
                "another folder in PORTAL_DATA."
            ) from error
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield lock.fileno()


def _refuse_foreign(folder: Path) -> None:
    """A folder is the demo's when it was one before, or holds nothing, or only the private server's database."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DemoRefused(f"{folder}, named by PORTAL_DATA, is no folder.")
    names = {path.name for path in folder.iterdir()}
    only_database = names == {"pg"} and (folder / "pg/PG_VERSION").exists()
    if names and not only_database and names.isdisjoint({_LOCK, _SECRETS}):
        raise DemoRefused(
            f"{folder} holds things that are not the demo’s. Name a folder of its own in PORTAL_DATA; --fresh deletes "
            "what is in it."
        )


def forget(folder: Path) -> None:
    """Delete everything in a folder that is held."""
    for path in folder.iterdir():
        if path.name == _LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def secrets_of(folder: Path) -> Secrets:
    """The folder's secrets, made when there are none."""
    file = folder / _SECRETS
    if not file.exists():
        made = Secrets(
            secret_key=secrets.token_urlsafe(36),
            stripe_secret_key=f"sk_test_{secrets.token_hex(16)}",
            stripe_webhook_secret=f"whsec_{secrets.token_hex(16)}",
        )
        file.touch(mode=0o600)
        file.write_bytes(msgspec.json.encode(made))
    return msgspec.json.decode(file.read_bytes(), type=Secrets)
