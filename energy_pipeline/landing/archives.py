"""Zip archives as deliveries: listed and read within limits, encrypted ones with the passwords that are known."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import pyzipper

from energy_pipeline.formats.model import BadFile
from energy_pipeline.periods.grid import PARIS

MAX_MEMBERS = 200_000
MAX_TOTAL_BYTES = 8 << 30
MAX_MEMBER_BYTES = 256 << 20
"""Of any file, in an archive or not: it is read into the memory. A curve of a year takes one."""
MAX_RATIO = 200
"""A curve of nights is mostly zeros and packs well: the ratio counts only above `RATIO_COUNTS_ABOVE`."""
RATIO_COUNTS_ABOVE = 64 << 20
_ENCRYPTED = 0x1
_NO_DOS_TIME = (1980, 1, 1, 0, 0, 0)
_FAULTS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, pyzipper.BadZipFile, zlib.error,
    NotImplementedError, OSError, EOFError, ValueError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A file of an archive: its path inside, and the local time that the archive gives it, if any."""

    name: str
    written_at: datetime | None
    size_bytes: int


class Archive:
    """An open zip. State: the open file and the password that opens it."""

    def __init__(self, source: Path | bytes, passwords: Iterable[str] = ()):
        """Open and check the archive. Raises BadFile: broken, hostile, or encrypted with an unknown password."""
        try:
            self._zip = pyzipper.AESZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except _FAULTS as fault:
            raise BadFile("Archive zip illisible : elle est abîmée ou incomplète.") from fault
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        try:
            self._check()
            self._unlock(tuple(passwords))
        except BadFile:
            self.close()
            raise

    def _check(self) -> None:
        infos = self._infos.values()
        if len(infos) > MAX_MEMBERS:
            raise BadFile(f"Archive refusée : plus de {MAX_MEMBERS} fichiers.", value=str(len(infos)))
        for info in infos:
            parts = PurePosixPath(info.filename.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in (parts.parts or ("",))[0]:
                raise BadFile("Archive refusée : un chemin sort de l'archive.", value=info.filename)
            if info.file_size > MAX_MEMBER_BYTES:
                raise BadFile("Archive refusée : un fichier y est démesuré.", value=info.filename)
        size, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
        if size > MAX_TOTAL_BYTES or (size > RATIO_COUNTS_ABOVE and size > MAX_RATIO * packed):
            raise BadFile("Archive refusée : contenu démesuré par rapport à sa taille.", value=f"{size} octets")

    def _unlock(self, passwords: tuple[str, ...]) -> None:
        locked = next((info for info in self._infos.values() if info.flag_bits & _ENCRYPTED), None)
        if locked is None:
            return
        for password in passwords:
            self._zip.setpassword(password.encode())
            try:
                with self._zip.open(locked) as stream:
                    stream.read()
            except _FAULTS:
                continue
            return
        raise BadFile(
            "Archive chiffrée dont le mot de passe est inconnu : déposer aussi le mail « [Mot de passe] » "
            "ou indiquer le mot de passe dans les réglages."
        )

    def members(self) -> list[Member]:
        """Return the files of the archive, by name."""
        return [Member(name, _written_at(info.date_time), info.file_size) for name, info in sorted(self._infos.items())]

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises BadFile when it is damaged, or larger than it says."""
        info = self._infos[name]
        try:
            with self._zip.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except _FAULTS as fault:
            raise BadFile("Fichier illisible dans l'archive : il est abîmé.") from fault
        if len(content) != info.file_size:
            raise BadFile("Fichier plus long ou plus court que l'archive ne l'annonce.")
        return content

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def _written_at(dos: tuple[int, int, int, int, int, int]) -> datetime | None:
    if dos == _NO_DOS_TIME:
        return None
    try:
        return datetime(*dos, tzinfo=PARIS)
    except ValueError:
        return None
