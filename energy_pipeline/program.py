"""Which program this is: what an earlier run left is taken as it stands only if the same program would make it."""

import hashlib
from functools import cache

from energy_pipeline.settings import PROJECT, REFERENCE, SQL

_SOURCES = (PROJECT / "energy_pipeline", SQL, REFERENCE)
_LOCK = PROJECT / "requirements.lock"


@cache
def digest() -> str:
    """Return what changes with the sources, the statements, the reference data or the locked dependencies."""
    told = hashlib.blake2b(digest_size=16)
    paths = (path for folder in _SOURCES for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())
    for path in sorted((*paths, _LOCK)):
        content = path.read_bytes() if path.exists() else b""
        told.update(f"{path.relative_to(PROJECT).as_posix()} {len(content)} ".encode() + content)
    return told.hexdigest()
