"""The files of the claims: for each letter a .docx to complete and sign, a PDF, and the workbook to attach."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from energy_pipeline.claims import pdf, tables, word, workbook
from energy_pipeline.claims.compose import Dossier, compose, dossiers
from energy_pipeline.claims.follow import Followed, follow
from energy_pipeline.claims.read import Selection, read
from energy_pipeline.claims.sent import Sent

FILE_MODE, FOLDER_MODE = 0o640, 0o750
ADDRESSEES = "addressees.toml"


class AddresseesError(Exception):
    """The file of the addressees cannot be read; the message, in French, says why."""


@dataclass(frozen=True)
class Written:
    """A letter written: to whom, for how many euros, in which files, and what is left for the signatory to complete."""

    addressee: str
    operations: tuple[str, ...]
    amount_eur: Decimal
    amount_ttc_eur: Decimal | None
    paths: tuple[Path, ...]
    to_complete: tuple[str, ...]


def write_claims(
    publication: Path,
    out: Path,
    selection: Selection | None = None,
    *,
    day: date | None = None,
    contest_default_keys: bool = False,
    addressees: Mapping[str, Sequence[str]] | None = None,
    sent: Sequence[Sent] = (),
    again: bool = False,
) -> list[Written]:
    """Write to the folder `out` the letters of what `selection` chooses; nothing, not even the folder, if nothing is.

    `day`: the date of the letters, left in dots when there is none. `addressees`: lines of the address by supplier, and
    of « Enedis ». `sent`: what letters already claimed, and is left out; `again`: reminders of what of it is still due,
    instead. The same publication and options give the same bytes. WarehouseError when there is no publication.
    """
    chosen = selection or Selection()
    found = read(publication, chosen)
    standing = {one.claim.finding_id: one for one in follow(publication, sent, chosen) if one.claim}
    found = replace(found, claims=tuple(one for one in found.claims if (one.finding_id in standing) == again))
    taken: set[str] = set()
    written = []
    to_write = dossiers(found, contest_default_keys=contest_default_keys and not again)
    if again:
        to_write = [_reminder(dossier, standing) for dossier in to_write]
    for dossier in to_write:
        stem = _stem(dossier, taken)
        book = f"{stem}.xlsx"
        lines = (addressees or {}).get(dossier.addressee, ())
        letter = compose(dossier, found.names, workbook=book, day=day, addressee_lines=lines)
        shares = tables.shares(dossier.claims, found.names) if dossier.party == "enedis" else []
        files = {
            f"{stem}.docx": word.render(letter),
            f"{stem}.pdf": pdf.render(letter),
        }
        if dossier.claims:
            files[book] = workbook.render(dossier, shares, letter.subject)
        paths = tuple(_put(out, name, content) for name, content in files.items())
        amount, amount_ttc = _amounts(dossier)
        operations = tuple(operation.operation_id for operation in dossier.operations)
        missing = (*letter.to_complete, *(_to_match(standing[finding]) for finding in dossier.sent))
        written.append(Written(dossier.addressee, operations, amount, amount_ttc, paths, tuple(filter(None, missing))))
    return written


def _reminder(dossier: Dossier, standing: Mapping[str, Followed]) -> Dossier:
    return replace(dossier, sent={claim.finding_id: standing[claim.finding_id].dates for claim in dossier.claims})


def _to_match(one: Followed) -> str:
    """Return what to look at before a claim is asked for again, "" when nothing came."""
    return f"{one.to_match}, à rapprocher de la facture {one.first.invoice_number}" if one.to_match else ""


def read_addressees(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the lines of each address of `addressees.toml`; none when there is no such file.

    AddresseesError, in French, when it is not TOML or an entry has no `lines`.
    """
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AddresseesError(f"{path} : fichier illisible ({error}).") from error
    read_lines = {}
    for name, entry in entries.items():
        lines = entry.get("lines") if isinstance(entry, dict) else None
        if not isinstance(lines, list) or not lines or not all(isinstance(line, str) for line in lines):
            raise AddresseesError(
                f'{path} : l\'entrée « {name} » doit avoir des lignes d\'adresse : lines = ["…", "…"].'
            )
        read_lines[name] = tuple(lines)
    return read_lines


def _amounts(dossier: Dossier) -> tuple[Decimal, Decimal | None]:
    """Return the euros claimed, without VAT and with it (it does not apply to a loss)."""
    total, total_ttc = tables.totals([claim for claim in dossier.claims if (claim.amount_eur or 0) > 0])
    return total, total_ttc if dossier.party == "supplier" else None


def _stem(dossier: Dossier, taken: set[str]) -> str:
    """Return a name of file of plain letters that no other letter has: names come from files of others."""
    first = dossier.operations[0] if dossier.operations else None
    sender = (first.organiser or first.operation_id) if first else "sans-operation"
    about = first.operation_id if first and dossier.party == "enedis" else sender
    wanted = f"{'relance' if dossier.sent else 'reclamation'}_{_plain(dossier.addressee)}_{_plain(about)}"
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")[:60] or "inconnu"


def _put(out: Path, name: str, content: bytes) -> Path:
    out.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    partial = out / f".{name}.partial"
    partial.write_bytes(content)
    partial.chmod(FILE_MODE)
    path = out / name
    partial.replace(path)
    return path
