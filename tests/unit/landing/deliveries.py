"""Small deliveries for the tests: files of one day, zips, mails."""

import io
import os
import zipfile
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import polars as pl
import pyzipper

from energy_pipeline import landing
from energy_pipeline.tables import landing as t
from energy_pipeline.tables import schemas

ACC, OTHER = "ACC00000001", "ACC00000002"
PRM, PRODUCER = "30001000000201", "30001000000101"
CURVE = f"{PRM}_01112024_01112024_Conso_CDC.csv"
PERIMETER = "Perimetre_Participants.csv"
SUBJECT = (
    f"[Commune] Autoconsommation Collective – Convention N°{ACC} – Courbes de charge - "
    "Période du « 01_11_2024 » au « 01_11_2024 »"
)


def curve(watts: int = 7) -> bytes:
    return "".join(f"01/11/2024 {hour:02d}:00;{watts};1;2;3;\n" for hour in range(24)).encode()


def perimeter(*prms: str) -> bytes:
    rows = "".join(f"{prm};01/01/2024;31/12/9999;\n" for prm in prms)
    return f"PRM;Date debut rattachement;Date fin rattachement;\n{rows}".encode()


def energy_of_operation() -> tuple[str, bytes]:
    """A file whose name bears the operation: what tells its siblings' operation."""
    return f"{ACC}_01112024_01112024_Conso_Energie.csv", b"BASE;1,00;\n"


def zipped(files: dict[str, bytes], at: tuple[int, ...] = (2024, 11, 8, 9, 12, 0)) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at), content)
    return buffer.getvalue()


def encrypted(files: dict[str, bytes], password: str) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def mail(subject: str, attachments: dict[str, bytes], text: str = "Bonjour,", date: str | None = None) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "acc@enedis.example", "pmo@commune.example"
    message["Date"] = date or "Fri, 08 Nov 2024 10:00:00 +0100"
    message.set_content(text)
    for name, content in attachments.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def drop(inbox: Path, path: str, content: bytes, at: str = "2024-11-08T12:00:00+01:00") -> Path:
    target = inbox / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    stamp = datetime.fromisoformat(at).timestamp()
    os.utime(target, (stamp, stamp))
    return target


class House:
    """What a warehouse keeps of landings: the registry, and the rows of each table."""

    def __init__(self, inbox: Path, quarantine: Path | None = None):
        self.inbox, self.quarantine = inbox, quarantine
        self.files = schemas.empty(t.FILE)
        self.rows: dict[str, list[pl.DataFrame]] = {}

    def land(self, **options: object) -> int:
        """Land, and return the number of rows of landing.file that were new or changed."""
        changed = 0
        for batch in landing.land(self.inbox, self.files, **options):
            new = batch.frames[t.FILE]
            changed += new.height
            kept = self.files.join(new, on=["path", "file_id"], how="anti", nulls_equal=True).filter(
                ~pl.col("path").is_in(batch.entered)
            )
            self.files = pl.concat([kept, new])
            for table, rows in batch.frames.items():
                self.rows.setdefault(table.name, []).append(rows)
            if self.quarantine:
                landing.keep_refused(batch, self.quarantine)
        self.files = landing.supersede(self.files)
        return changed

    def table(self, name: str) -> pl.DataFrame:
        return pl.concat(self.rows[name])

    def status(self) -> dict[str, str]:
        return dict(self.files.select("path", "status").iter_rows())

    def file(self, path: str) -> dict[str, object]:
        return self.files.filter(path=path).row(0, named=True)
