"""The inbox as a list of files: folders, archives (also nested) and mails are entered, each file named by its path.

`a/b.zip!export.zip!file.csv`: below the inbox, `!` enters an archive or a mail.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from energy_pipeline.formats.model import BadFile
from energy_pipeline.formats.names import operations_in
from energy_pipeline.landing import mails
from energy_pipeline.landing.archives import MAX_MEMBER_BYTES, Archive
from energy_pipeline.periods.grid import PARIS

MAX_DEPTH = 5
OPEN_CONTAINERS = 4
_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_IGNORED_STARTS = (".", "~$")
_IGNORED_ENDS = ("~", ".tmp", ".part", ".crdownload", ".swp", ".lock")

ENTERS = "!"
"""Between the path of an archive or a mail and that of a file in it."""
_HOLDS = re.compile(f"[/{ENTERS}]")
Chain = tuple[str, ...]
"""Path of a file below the inbox, then of each member entered."""


@dataclass(frozen=True)
class Entry:
    """A file of the inbox. `labels`: the names that may tell its operation or period, innermost first."""

    chain: Chain
    received_at: datetime
    subject: str = ""
    """Subject of the mail that brought it."""
    size_bytes: int = 0
    """Size announced by the folder or the archive: to cut batches by."""
    fault: BadFile | None = None
    """Why a container could not be entered: the entry is then the container itself."""
    shown: Chain = ()
    """The chain under which the file is known, where its own names what must not be (see `hiding`)."""

    @cached_property
    def path(self) -> str:
        """Path below the inbox, `!` entering an archive or a mail."""
        return ENTERS.join(self.shown or self.chain)

    @cached_property
    def name(self) -> str:
        """Base name of the file."""
        return _base_name((self.shown or self.chain)[-1])

    @property
    def own_name(self) -> str:
        """Base name that the file bears, whatever is shown of it."""
        return _base_name(self.chain[-1])

    @cached_property
    def deliveries(self) -> tuple[str, ...]:
        """Paths of the folders, archives and mails that hold the file, innermost first; '' is the inbox."""
        path = self.path
        cuts = [cut.start() for cut in _HOLDS.finditer(path)]
        return tuple(path[:cut] for cut in reversed(cuts)) or ("",)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names that may tell the operation or the period: the file, what holds it outwards, the mail's subject."""
        holders = [path.replace(ENTERS, "/").rsplit("/", 1)[-1] for path in self.deliveries]
        return (self.name, *holders, self.subject)


def _base_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def containers(path: str) -> list[str]:
    """Return the paths of the archives and mails that hold the file of this path, the outermost first."""
    parts = path.split(ENTERS)
    return [ENTERS.join(parts[:count]) for count in range(1, len(parts))]


def is_ignored(name: str) -> bool:
    """Whether a file or folder is hidden, temporary, or left by an office program or an operating system."""
    low = name.lower()
    return low in _IGNORED or low.startswith(_IGNORED_STARTS) or low.endswith(_IGNORED_ENDS)


def _stays_in(folder: Path, path: Path) -> bool:
    """Whether the file is no link that leaves the folder: it would land files that nobody dropped."""
    return not path.is_symlink() or path.resolve().is_relative_to(folder)


def is_empty(inbox: Path) -> bool:
    """Whether the inbox holds no file to read."""
    return next(Inbox(inbox, {}).files(), None) is None


class Inbox:
    """An inbox being read. State: the few archives and mails last opened, and the passwords met."""

    def __init__(self, root: Path, passwords: Mapping[str, str]):
        """`passwords` by operation, by path of the archive below the inbox, or by any other word."""
        self._root = root
        self._passwords = dict(passwords)
        self._open: OrderedDict[Chain, Archive | mails.Mail] = OrderedDict()
        self._subjects: dict[Chain, str] = {}

    def entries(self) -> list[Entry]:
        """Return every file of the inbox, sorted by path; a container that cannot be entered is itself an entry."""
        files = sorted(self.files())
        for relative in files:
            if relative.lower().endswith(".eml"):
                with suppress(BadFile):  # refused when it is entered
                    self._learn_password((relative,))
        found: list[Entry] = []
        for relative in files:
            status = (self._root / relative).stat()
            at = datetime.fromtimestamp(status.st_mtime, PARIS)
            found.extend(self._enter(Entry((relative,), at, size_bytes=status.st_size), 1, None))
        return sorted(found, key=lambda entry: entry.path)

    def read(self, entry: Entry) -> bytes:
        """Return the content of a file. Raises BadFile when its container is damaged."""
        return self._content(entry.chain)

    def close(self) -> None:
        """Close the archives still open."""
        while self._open:
            self._forget()

    def files(self) -> Iterator[str]:
        """Yield the paths below the inbox of the files to read or to enter."""
        inside = self._root.resolve()
        for folder, folders, names in os.walk(self._root):
            folders[:] = [name for name in folders if not is_ignored(name)]
            here = Path(folder)
            for name in names:
                path = here / name
                if not is_ignored(name) and path.is_file() and _stays_in(inside, path):
                    yield path.relative_to(self._root).as_posix()

    def _learn_password(self, chain: Chain) -> None:
        mail = mails.parse(self._content(chain))
        if mail.password:
            for operation in operations_in(mail.subject) or {chain[0]}:
                self._passwords.setdefault(f"{operation} {mail.subject}", mail.password)

    def _enter(self, entry: Entry, depth: int, sent_at: datetime | None) -> Iterator[Entry]:
        """Yield the files that the entry holds, or the entry itself if it is no container."""
        suffix = entry.name.lower().rsplit(".", 1)[-1]
        if suffix not in ("zip", "eml"):
            yield entry
            return
        try:
            if depth > MAX_DEPTH:
                raise BadFile(f"Archives imbriquées sur plus de {MAX_DEPTH} niveaux.")
            container = self._container(entry.chain, entry.labels)
        except BadFile as fault:
            yield replace(entry, fault=fault)
            return
        if isinstance(container, mails.Mail):
            at = container.sent_at.astimezone(PARIS) if container.sent_at else sent_at
            members = [(name, at or entry.received_at, len(inner)) for name, inner in container.attachments.items()]
            subject = container.subject
        else:
            at, subject = sent_at, entry.subject
            members = [
                (member.name, at or member.written_at or entry.received_at, member.size_bytes)
                for member in container.members()
            ]
        for name, received_at, size in members:
            if not any(is_ignored(part) for part in name.replace("\\", "/").split("/")):
                inner = Entry((*entry.chain, name), received_at, subject, size)
                yield from self._enter(inner, depth + 1, at)

    def _content(self, chain: Chain) -> bytes:
        if len(chain) == 1:
            path = self._root / chain[0]
            if path.stat().st_size > MAX_MEMBER_BYTES:
                raise BadFile(f"Fichier refusé : démesuré, plus de {MAX_MEMBER_BYTES >> 20} Mo.")
            return path.read_bytes()
        container = self._container(chain[:-1], ())
        return container.attachments[chain[-1]] if isinstance(container, mails.Mail) else container.read(chain[-1])

    def _container(self, chain: Chain, labels: tuple[str, ...]) -> Archive | mails.Mail:
        if labels:
            self._subjects[chain] = " ".join(labels)
        if chain in self._open:
            self._open.move_to_end(chain)
            return self._open[chain]
        if chain[-1].lower().endswith(".eml"):
            opened: Archive | mails.Mail = mails.parse(self._content(chain))
        else:
            source = self._root / chain[0] if len(chain) == 1 else self._content(chain)
            opened = Archive(source, self._candidates(chain))
        self._open[chain] = opened
        while len(self._open) > OPEN_CONTAINERS:
            self._forget()
        return opened

    def _forget(self) -> None:
        _, container = self._open.popitem(last=False)
        if isinstance(container, Archive):
            container.close()

    def _candidates(self, chain: Chain) -> list[str]:
        """Return the passwords to try: that of the archive's path, those of its operations, then the others."""
        operations = operations_in(self._subjects.get(chain, "") + ENTERS.join(chain))
        ranked = sorted(
            self._passwords.items(),
            key=lambda pair: (pair[0] != ENTERS.join(chain), not operations & operations_in(pair[0]), pair[0]),
        )
        return list(dict.fromkeys(password for _, password in ranked))
