"""Whether there can be anything to land, and in which files: what the folders tell without opening a file.

A file is told by its size and the instants of its last change, the system's included: nobody sets that one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from energy_pipeline import program
from energy_pipeline.landing.walk import Inbox


def states(inbox: Path) -> dict[str, str]:
    """Return the present state of each file of the inbox, by path."""
    return _states(inbox, Inbox(inbox, {}).files())


def fingerprint(files: Mapping[str, str], home: Path, *words: str) -> str:
    """Return what changes when a landing may give something else: files of the inbox, settings, program.

    `files`: of `states`; `home`: its files are settings; `words`: other settings. The program counts, since one that
    reads better must try the refused files again.
    """
    settings = _states(home, (path.name for path in home.iterdir() if path.is_file()))
    told = (words, sorted(files.items()), sorted(settings.items()), program.digest())
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def _states(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    found = {}
    for path in paths:
        status = (folder / path).stat()
        found[path] = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
    return found
