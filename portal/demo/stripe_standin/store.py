"""The stand-in's memory: objects as Stripe would show them, idempotency keys, deliveries. One SQLite file.

An object's `hidden` part is what Stripe knows and does not show: an endpoint's secret, a session's lines.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from portal.demo.stripe_standin.faults import Fault

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_status ON object (kind, json_extract(body, '$.status'));
CREATE INDEX IF NOT EXISTS object_payment ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_customer ON object (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS object_invoice ON object (kind, json_extract(body, '$.invoice'));
CREATE INDEX IF NOT EXISTS object_subscription
    ON object (kind, json_extract(body, '$.parent.subscription_details.subscription'));
CREATE TABLE IF NOT EXISTS kept_answer (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, asked TEXT NOT NULL, request_id TEXT NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting', note TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_waiting ON delivery (state, due);
"""

Thing = dict[str, Any]


class Store:
    """One connection, used from one thread. Everything is synchronous and takes well under a millisecond."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._line = sqlite3.connect(":memory:" if folder is None else folder / "stripe.sqlite", isolation_level=None)
        self._line.row_factory = sqlite3.Row
        self._line.execute("PRAGMA journal_mode = WAL")
        self._line.execute("PRAGMA synchronous = NORMAL")
        self._line.executescript(_TABLES)

    def close(self) -> None:
        self._line.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; joins the one that is open. A refusal that says so leaves what was done."""
        if self._line.in_transaction:
            yield
            return
        self._line.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException as problem:
            self._line.execute("COMMIT" if isinstance(problem, Fault) and problem.done else "ROLLBACK")
            raise
        self._line.execute("COMMIT")

    def put(self, thing: Thing, hidden: Mapping[str, Any] | None = None) -> None:
        """Keep an object, new or changed; without `hidden` the hidden part stays."""
        body = msgspec.json.encode(thing).decode()
        self._line.execute(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing.get("created", 0), body),
        )
        if hidden is not None:
            packed = msgspec.json.encode(hidden).decode()
            self._line.execute("UPDATE object SET hidden = ? WHERE id = ?", (packed, thing["id"]))

    def get(self, kind: str, thing_id: str) -> Thing | None:
        row = self._line.execute("SELECT body FROM object WHERE id = ? AND kind = ?", (thing_id, kind)).fetchone()
        return None if row is None else msgspec.json.decode(row["body"])

    def any(self, thing_id: str) -> Thing | None:
        """An object of whatever kind."""
        row = self._line.execute("SELECT body FROM object WHERE id = ?", (thing_id,)).fetchone()
        return None if row is None else msgspec.json.decode(row["body"])

    def hidden(self, thing_id: str) -> Thing:
        row = self._line.execute("SELECT hidden FROM object WHERE id = ?", (thing_id,)).fetchone()
        return {} if row is None else msgspec.json.decode(row["hidden"])

    def remove(self, thing: Thing) -> None:
        """Keep the tombstone for who asks by id; lists leave it out."""
        self.put(thing)
        self._line.execute("UPDATE object SET gone = 1 WHERE id = ?", (thing["id"],))

    def position(self, thing_id: str) -> int | None:
        row = self._line.execute("SELECT seq FROM object WHERE id = ?", (thing_id,)).fetchone()
        return None if row is None else row["seq"]

    def find(
        self,
        kind: str,
        *,
        equal: Mapping[str, Any] | None = None,
        one_of: Mapping[str, Sequence[str]] | None = None,
        created: Mapping[str, int] | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = -1,
    ) -> list[Thing]:
        """Newest first. `equal` and `one_of` name properties or paths to them, `before` and `after` are positions.

        Names of properties are the code's own, never a caller's text.
        """
        tests, values = ["kind = ?", "gone = 0"], [kind]
        for name, value in (equal or {}).items():
            tests.append(f"json_extract(body, '$.{name}') IS ?")
            values.append(value)
        for name, choices in (one_of or {}).items():
            tests.append(f"json_extract(body, '$.{name}') IN ({', '.join('?' * len(choices))})")
            values += choices
        for comparison, value in (created or {}).items():
            tests.append(f"created {comparison} ?")
            values.append(value)  # type: ignore[arg-type]
        if before is not None:
            tests.append("seq < ?")
            values.append(before)  # type: ignore[arg-type]
        if after is not None:
            tests.append("seq > ?")
            values.append(after)  # type: ignore[arg-type]
        way = "ASC" if after is not None else "DESC"
        found = self._line.execute(
            f"SELECT body FROM object WHERE {' AND '.join(tests)} ORDER BY seq {way} LIMIT ?",
            (*values, limit),
        ).fetchall()
        things = [msgspec.json.decode(row["body"]) for row in found]
        return things[::-1] if after is not None else things

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """For kept answers and deliveries."""
        return self._line.execute(query, values).fetchall()

    def run(self, query: str, *values: Any) -> int:
        """Run a statement; how many rows it touched."""
        return self._line.execute(query, values).rowcount
