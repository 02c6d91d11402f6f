"""What was told to whom: a small SQLite file of the home, for its owner only, that survives a kill at any moment.

A row is written before each attempt and after each answer. Killed between the server's answer and its row, a message
leaves again, under the same Message-ID: a report received twice is better than a report lost.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from energy_pipeline.mail.model import Item, MailError, Message

FOLDER, FILE_NAME = "outbox", "outbox.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
  recipient TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'refused')),
  attempts INTEGER NOT NULL,
  last_error TEXT,
  sent_digest TEXT,
  sent_at TEXT,
  sent_message_id TEXT,
  PRIMARY KEY (recipient, key)
) STRICT;
CREATE TABLE IF NOT EXISTS opening (only INTEGER PRIMARY KEY CHECK (only = 1), month TEXT NOT NULL) STRICT;
"""
_TRY = """
INSERT INTO delivery (recipient, key, digest, status, attempts) VALUES (:recipient, :key, :digest, 'pending', 1)
ON CONFLICT (recipient, key) DO UPDATE SET
  attempts = iif(digest = excluded.digest, attempts, 0) + 1, digest = excluded.digest, status = 'pending'
"""


@dataclass(frozen=True)
class Told:
    """What the outbox knows of one item and recipient; `sent_…` speak of the last version that left."""

    digest: str
    status: str
    attempts: int
    last_error: str | None
    sent_digest: str | None
    sent_at: datetime | None
    sent_message_id: str | None


class Outbox:
    """The open outbox. One process at a time writes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def told(self, recipient: str, key: str) -> Told | None:
        """Return what is known of `key` for `recipient`."""
        row = self._connection.execute(
            "SELECT digest, status, attempts, last_error, sent_digest, sent_at, sent_message_id FROM delivery "
            "WHERE recipient = ? AND key = ?",
            (recipient.lower(), key),
        ).fetchone()
        if row is None:
            return None
        digest, status, attempts, last_error, sent_digest, sent_at, message_id = row
        left_at = datetime.fromisoformat(sent_at) if sent_at else None
        return Told(digest, status, attempts, last_error, sent_digest, left_at, message_id)

    def is_told(self, recipient: str, item: Item) -> bool:
        """Return whether the last version that left says the same as `item`."""
        known = self.told(recipient, item.key)
        return known is not None and known.sent_digest == item.digest

    def keys(self) -> set[str]:
        """Return the keys of all that was tried."""
        return {key for (key,) in self._connection.execute("SELECT DISTINCT key FROM delivery")}

    def last_sent(self, keys: Iterable[str]) -> datetime | None:
        """Return when the last of `keys` left, to whomever."""
        left = [
            datetime.fromisoformat(sent_at)
            for key in keys
            for (sent_at,) in self._connection.execute("SELECT sent_at FROM delivery WHERE key = ?", (key,))
            if sent_at
        ]
        return max(left, default=None)

    def opening_month(self, latest: date) -> date:
        """Return the month from which reports leave by themselves: `latest` at the first call, then that same one."""
        with self._connection:
            self._connection.execute("INSERT OR IGNORE INTO opening VALUES (1, ?)", (latest.isoformat(),))
        return date.fromisoformat(self._connection.execute("SELECT month FROM opening").fetchone()[0])

    def trying(self, message: Message) -> None:
        """Note an attempt, before it."""
        with self._connection:
            for item in message.items:
                known = {"recipient": message.recipient.lower(), "key": item.key, "digest": item.digest}
                self._connection.execute(_TRY, known)

    def sent(self, message: Message, message_id: str, at: datetime) -> None:
        """Note that the server took the message."""
        self._note(
            message,
            "status = 'sent', last_error = NULL, sent_digest = digest, sent_at = ?, sent_message_id = ?",
            (at.isoformat(), message_id),
        )

    def failed(self, message: Message, status: str, error: str) -> None:
        """Note why the message did not leave: `pending`, to try again, or `refused`."""
        self._note(message, "status = ?, last_error = ?", (status, error))

    def _note(self, message: Message, change: str, values: tuple[str, ...]) -> None:
        with self._connection:
            for item in message.items:
                self._connection.execute(
                    f"UPDATE delivery SET {change} WHERE recipient = ? AND key = ?",
                    (*values, message.recipient.lower(), item.key),
                )


@contextmanager
def open_outbox(home: Path) -> Iterator[Outbox]:
    """Open the outbox of `home`, and keep it from other processes until closed. Raises MailError when it is in use."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.touch(mode=0o600, exist_ok=True)
    connection = sqlite3.connect(path, timeout=0)
    try:
        with _clear_errors(path):
            # With this mode the lock of the first write lasts as long as the connection, and dies with the process.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.commit()
            connection.executescript(_SCHEMA)
        yield Outbox(connection)
    finally:
        connection.close()


@contextmanager
def read_outbox(home: Path) -> Iterator[Outbox]:
    """Give the outbox of `home` for a look that changes nothing: a copy in memory, empty if there is none.

    Raises MailError when it is in use.
    """
    path = home / FOLDER / FILE_NAME
    copy = sqlite3.connect(":memory:")
    try:
        if path.is_file():
            # Not read-only: what a killed process left must be rolled back.
            source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0)
            try:
                with _clear_errors(path):
                    # `backup` waits for a lock for ever: hold it first.
                    source.execute("BEGIN")
                    source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                    source.backup(copy)
            finally:
                source.close()
        copy.executescript(_SCHEMA)
        yield Outbox(copy)
    finally:
        copy.close()


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise MailError("Un autre envoi est en cours : attendre qu'il finisse.") from error
        raise MailError(
            f"{path} est illisible ou abîmé ({error}) : le remettre depuis une sauvegarde ; sans lui, tout serait "
            "envoyé de nouveau."
        ) from error
