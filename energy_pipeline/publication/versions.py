"""Versions of the publication: each is built beside, then put in place by one rename.

`publication/current` links to the version that holds, in `publication/versions/`; `publication/energy.duckdb` and
`publication/<mart>.parquet` link to what is in `current`. Readers are never blocked and never block: a version stays
until the next but one is published, and those who hold an open file keep reading it. Who opens several files of one
publication, or the same one several times (Polars does), resolves `current` first.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from energy_pipeline.settings import Home

FILE_MODE, FOLDER_MODE = 0o640, 0o750
CURRENT, VERSIONS = "current", "versions"


def put_in_place(temporary: Path, final: Path) -> None:
    """Replace `final` by a file written beside it, in one step, once it is safe on the disk; readable by the group."""
    _settle(temporary)
    temporary.replace(final)


def _settle(path: Path) -> None:
    """Make a file, or a folder and all below, safe on the disk and readable by the group."""
    for below in path.iterdir() if path.is_dir() else ():
        _settle(below)
    path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def new_version(folder: Path, published_at: datetime) -> Iterator[Path]:
    """Make the folder of a version, which the block fills; put it in place if it succeeds, else remove it."""
    versions = folder / VERSIONS
    versions.mkdir(exist_ok=True)
    versions.chmod(FOLDER_MODE)
    version = Path(tempfile.mkdtemp(prefix=f"{published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}_", dir=versions))
    try:
        yield version
        _settle(version)
    except BaseException:
        shutil.rmtree(version, ignore_errors=True)
        raise
    _switch(folder, version)


def _switch(folder: Path, version: Path) -> None:
    """Make `version` the one that readers open; keep the previous one, which some are reading, remove the others."""
    previous = (folder / CURRENT).resolve()
    _link(folder / CURRENT, Path(VERSIONS, version.name))
    names = {path.name for path in version.iterdir() if not path.name.startswith(".")}
    for name in sorted(names):
        _link(folder / name, Path(CURRENT, name))
    for path in folder.iterdir():
        if path.is_symlink() and path.name not in names | {CURRENT}:
            path.unlink()  # a mart that is published no more
    _remove_versions(folder, kept={version.resolve(), previous})


def keep_only_current(home: Home) -> None:
    """Remove the previous version at once: who is reading it is cut off."""
    folder = home.publication.parent
    _remove_versions(folder, kept={(folder / CURRENT).resolve()})


def _remove_versions(folder: Path, kept: set[Path]) -> None:
    for version in (folder / VERSIONS).iterdir():
        if version.resolve() not in kept:
            shutil.rmtree(version)


def _link(path: Path, target: Path) -> None:
    """Make `path` a link to `target`, in one step unless a folder of an earlier layout, or a copy's, stands there."""
    if path.is_symlink() and path.readlink() == target:
        return
    beside = path.with_name(f"{path.name}.tmp")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    beside.replace(path)
