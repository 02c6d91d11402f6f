"""Commands about Annexe 2, what the organiser declares to Enedis: `annexe2 export`, `annexe2 check`."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail
from energy_pipeline.cli.declared import declaration_of
from energy_pipeline.cli.words import App
from energy_pipeline.formats import (
    annexe2_declaration,
    annexe2_rules,
    annexe2_workbook,
    annexe2_write,
    names,
)
from energy_pipeline.formats.annexe2 import KEY_TYPE_FIELD, KEY_TYPE_WORDS
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_rules import Fault, NotConform
from energy_pipeline.formats.grids import XLSX_MAGIC
from energy_pipeline.formats.model import BadFile
from energy_pipeline.landing.recognise import kind_of
from energy_pipeline.periods.grid import PARIS

app = App(help="Écrire et vérifier l'Annexe 2 : l'opération et ses participants.")


class Form(StrEnum):
    """How Annexe 2 is sent: one workbook, or two csv."""

    XLSX = "xlsx"
    CSV = "csv"


@app.command("export", help="Écrire l'Annexe 2 d'une opération : qui participe à ce jour ou plus tard.")
def export_command(
    home: HomeOption,
    operation: Annotated[str, typer.Option(help="Numéro de la convention, par exemple ACC00000001.")],
    out: Annotated[Path, typer.Option(help="Dossier où écrire.", file_okay=False)],
    form: Annotated[Form, typer.Option("--format", help="xlsx : Annexe 2.1 ; csv : Annexes 2.11 et 2.12.")] = Form.XLSX,
    sent_on: Annotated[
        str | None, typer.Option("--date", help="Jour d'envoi, AAAA-MM-JJ ; à défaut, aujourd'hui.")
    ] = None,
    to_complete: Annotated[
        bool,
        typer.Option("--to-complete", help="xlsx seulement : laisser en couleur les champs obligatoires inconnus."),
    ] = False,
) -> None:
    """Write the Annexe 2 of an operation from the publication: who takes part on that day or later."""
    if to_complete and form is Form.CSV:
        raise fail("--to-complete ne vaut que pour le classeur (--format xlsx) : un csv ne se complète pas à la main.")
    day = day_option(sent_on) if sent_on else datetime.now(PARIS).date()
    with clear_errors(NotConform):
        found = declaration_of(home, operation, day)
        if form is Form.CSV:
            plain = annexe2_write.without_typography(found)
            if plain != found:
                console.print("Signes absents d'ISO-8859-1 ou réservés remplacés par les plus proches (œ : oe…).")
            found = plain
        faults = annexe2_rules.check(found, day, form.value)
        try:
            files = _files(found, operation, day, form, to_complete)
        except NotConform as refusal:
            advice = f"Un champ de l'opération se déclare dans operations.toml, sous [{operation}.annexe2]"
            by_hand = ", ou se remplit à la main dans le classeur : --to-complete" if form is Form.XLSX else ""
            raise fail(f"{refusal}\n{advice}{by_hand}.") from refusal
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
        console.print(f"Écrit : {out / name}", markup=False, soft_wrap=True)
    for fault in faults:
        heading = "À vérifier" if fault.is_remark else "À compléter avant l'envoi"
        console.print(f"{heading} — {fault}", markup=False, soft_wrap=True)


@app.command("check", help="Vérifier une Annexe 2 par les règles de la convention : chaque défaut, ou « conforme ».")
def check_command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FICHIER", help="Annexe 2.1, ou 2.11 et 2.12.", exists=True, dir_okay=False),
    ],
) -> None:
    """Check files of Annexe 2 by the rules printed in the convention: every fault, or « conforme »."""
    read = [(path, path.read_bytes()) for path in files]
    types = [one.fields.get(KEY_TYPE_FIELD) for path, content in read if (one := _operation(path.name, content))]
    is_static = types[0] == KEY_TYPE_WORDS["static"] if len(types) == 1 else None
    is_conform = True
    for path, content in read:
        faults = _faults(path.name, content, is_static)
        errors = [fault for fault in faults if not fault.is_remark]
        is_conform &= not errors
        verdict = "conforme" if not errors else f"{len(errors)} erreur{'s' if len(errors) > 1 else ''}"
        console.print(f"{path.name} : {verdict}", markup=False, soft_wrap=True)
        for fault in faults:
            console.print(f"  {'À vérifier — ' if fault.is_remark else ''}{fault}", markup=False, soft_wrap=True)
    raise typer.Exit(0 if is_conform else 1)


def _files(found: Declaration, operation_id: str, day: date, form: Form, to_complete: bool) -> dict[str, bytes]:
    """Return the content of each file to write, by name. Raises NotConform with the faults of all of them."""
    if form is Form.XLSX:
        name = annexe2_write.file_name(operation_id, day, "2.1")
        return {name: annexe2_workbook.write(found, day, to_complete=to_complete)}
    annexe2_write.refuse(annexe2_rules.check(found, day, "csv"))
    is_static = found.fields.get(KEY_TYPE_FIELD) == KEY_TYPE_WORDS["static"]
    return {
        annexe2_write.file_name(operation_id, day, "2.11"): annexe2_write.write_operation(found, day),
        annexe2_write.file_name(operation_id, day, "2.12"): annexe2_write.write_participants(
            found, day, is_static=is_static
        ),
    }


def _operation(name: str, content: bytes) -> Declaration | None:
    """Return the 2.11 of a csv; None for anything else."""
    try:
        is_csv = not content.startswith(XLSX_MAGIC) and kind_of(name, content) == "annexe2_operation"
        return annexe2_declaration.from_operation_csv(content, _version_day(name)) if is_csv else None
    except BadFile:
        return None


def _version_day(name: str) -> date:
    """Return the day that tells the version of the layout: that of the name, else the latest version holds."""
    return names.parse(name).declared_on or date.max


def _faults(name: str, content: bytes, is_static: bool | None) -> list[Fault]:
    day = _version_day(name)
    faults = annexe2_rules.check_name(name)
    try:
        if content.startswith(XLSX_MAGIC):
            return faults + annexe2_rules.check(annexe2_declaration.from_workbook(content, day), day, "xlsx")
        kind = kind_of(name, content)
        if kind == "annexe2_operation":
            found = annexe2_declaration.from_operation_csv(content, day)
            labels = annexe2_rules.check_labels(content, day, "operation")
            return faults + labels + annexe2_rules.check_operation(found, day, "csv")
        if kind == "annexe2_participants":
            found = annexe2_declaration.from_participants_csv(content, day)
            labels = annexe2_rules.check_labels(content, day, "participant")
            return faults + labels + annexe2_rules.check_participants(found, day, "csv", is_static)
    except BadFile as refusal:
        return [*faults, Fault("Fichier", str(refusal).rstrip("."), "§11.2.1")]
    return [*faults, Fault("Fichier", "ce n'est pas une Annexe 2.1, 2.11 ou 2.12", "§11.2.1")]
