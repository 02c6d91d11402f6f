"""Whether there can be anything to land: what the outcome of a landing depends on, without opening a file."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from energy_pipeline import program
from energy_pipeline.landing.walk import Inbox


def fingerprint(inbox: Path, home: Path, *words: str) -> str:
    """Return what changes when a landing may give something else: files of the inbox, settings, program.

    `home`: its files are settings; `words`: other settings. The program counts, since one that reads better must try
    the refused files again. A file is told by its size and the instants of its last change, the system's included:
    nobody sets that one.
    """
    digest = hashlib.sha256(repr(words).encode())
    digest.update(_told(inbox, Inbox(inbox, {}).files()))
    digest.update(_told(home, (path.name for path in home.iterdir() if path.is_file())))
    digest.update(program.digest().encode())
    return digest.hexdigest()


def _told(folder: Path, paths: Iterable[str]) -> bytes:
    """Return what tells the present state of the files at these paths below a folder."""
    states = []
    for path in sorted(paths):
        status = (folder / path).stat()
        states.append((path, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return repr(states).encode("utf-8", "surrogateescape")
