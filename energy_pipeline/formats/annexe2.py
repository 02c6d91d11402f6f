"""Annexe 2 (§11.2.1) to rows: the csv 2.11 (operation, organiser, agent) and 2.12 (participants), the workbook 2.1."""

from datetime import date
from decimal import Decimal

from energy_pipeline.formats import annexe2_declaration, grids, names, text, values
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, PARTICIPANT, layout
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

OPERATION_KIND = "annexe2_operation"
PARTICIPANTS_KIND = "annexe2_participants"
KEY_TYPE_FIELD = "REPARTITION_OP"
KEY_TYPE_WORDS = {
    "default": "Par défaut", "static": "Statique", "dynamic": "Dynamique Simple", "full_dynamic": "Full Dynamique",
}  # fmt: skip
_KEY_TYPES = {
    "pardefaut": "default", "defaut": "default", "dynamiquepardefaut": "default",
    "statique": "static", "statiques": "static",
    "dynamiquesimple": "dynamic", "dynamique": "dynamic", "simple": "dynamic",
    "fulldynamique": "full_dynamic", "fulldynamic": "full_dynamic", "dynamiquefull": "full_dynamic",
}  # fmt: skip
_ROLES = {"cons": "consumer", "consommateur": "consumer", "prod": "producer", "producteur": "producer"}
_READ_AS = {"date": "date", "post_code": "post_code", "siret_rna": "id", "prm": "prm", "power": "positive"}
_HUNDRED = Decimal(100)
_SHARE_STEP = Decimal("0.000001")


def key_type(written: str, line: int | None, column: str) -> str | None:
    """Return static, default, dynamic or full_dynamic; None when empty. Raises BadFile for another word."""
    if not written.strip():
        return None
    found = _KEY_TYPES.get(text.plain(written))
    if found is None:
        raise BadFile(
            "Type de répartition inconnu (attendu : Par défaut, Statique, Dynamique Simple ou Full Dynamique).",
            line, column, written,
        )  # fmt: skip
    return found


def read_operation(name: str, content: bytes, received_on: date) -> Reading:
    """Read Annexe 2.11: one row, every field kept in `settings`. Raises BadFile.

    `declared_on` is the day in the name, else `received_on`; it is also the Reading's period_start, so that a later
    declaration does not supersede an earlier one, which held until then.
    """
    declared_on = names.parse(name).declared_on or received_on
    return _operation(name, annexe2_declaration.from_operation_csv(content, declared_on), declared_on)


def read_participants(name: str, content: bytes, received_on: date) -> Reading:
    """Read Annexe 2.12: a row per participant and role, shares as fractions. Raises BadFile."""
    declared_on = names.parse(name).declared_on or received_on
    return _participants(name, annexe2_declaration.from_participants_csv(content, declared_on), declared_on)


def read_workbook(name: str, content: bytes, received_on: date) -> Reading:
    """Read Annexe 2.1: the operation, the participants among the `others` of its Reading. Raises BadFile."""
    declared_on = names.parse(name).declared_on or received_on
    declaration = annexe2_declaration.from_workbook(content, declared_on)
    participants = _participants(name, declaration, declared_on)
    return _operation(name, declaration, declared_on, (participants,))


def _operation(name: str, found: Declaration, declared_on: date, others: tuple[Reading, ...] = ()) -> Reading:
    row: Row = {}
    for field in layout(declared_on).of(*OPERATION_PARTS):
        if field.column is None:
            continue
        value, line = found.fields.get(field.label, ""), found.field_lines.get(field.label)
        if field.column == "name" and not value:
            raise BadFile(f"Champ obligatoire absent : {field.label}.", line, field.label)
        row[field.column] = grids.convert(_READ_AS.get(field.type, "text"), value, line or 0, field.label)
    written = found.fields.get(KEY_TYPE_FIELD, "")
    operation_id = names.parse(name).operation_id
    row |= {
        "operation_id": operation_id,
        "declared_on": declared_on,
        "key_type": key_type(written, found.field_lines.get(KEY_TYPE_FIELD), KEY_TYPE_FIELD),
        "settings": grids.as_json({**found.other_fields, **found.fields}),
    }
    return Reading(OPERATION_KIND, [row], operation_id, period_start=declared_on, others=others)


def _participants(name: str, found: Declaration, declared_on: date) -> Reading:
    operation_id = names.parse(name).operation_id
    notes = list(found.notes)
    rows: dict[tuple[object, ...], Row] = {}
    for line, cells in zip(found.participant_lines, found.participants, strict=True):
        row: Row = {
            field.column: grids.convert(_READ_AS.get(field.type, "text"), cells.get(field.label, ""), line, field.label)
            for field in layout(declared_on).of(PARTICIPANT)
            if field.column
        }
        written = row.pop("type") or ""
        role = _ROLES.get(text.plain(written))
        if role is None:
            raise BadFile("Type de participant inconnu : CONS ou PROD attendu.", line, "TYPE", written)
        if row["prm"] is None and row["connection_request"] is None:
            raise BadFile("Ni PRM ni numéro de demande de raccordement.", line, "PRM")
        row |= {
            "operation_id": operation_id,
            "declared_on": declared_on,
            "role": role,
            "share": _share(row.pop("share_percent"), line),
        }
        key = (role, row["prm"] or row["connection_request"])
        if key in rows and rows[key] != row | {"line": rows[key]["line"]}:
            raise BadFile("Deux lignes contradictoires pour le même participant.", line, "PRM", row["prm"])
        if key in rows:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, row["prm"]))
            continue
        rows[key] = row | {"line": line}
    if not rows:
        raise BadFile("Le fichier ne contient aucun participant.")
    return Reading(PARTICIPANTS_KIND, list(rows.values()), operation_id, period_start=declared_on, notes=tuple(notes))


def _share(percent: str | None, line: int) -> Decimal | None:
    if not percent:
        return None
    found = values.positive(percent.rstrip("% "), line, "COEF_STATIC")
    if found > _HUNDRED:
        raise BadFile("Coefficient supérieur à 100 %.", line, "COEF_STATIC", percent)
    return (found / _HUNDRED).quantize(_SHARE_STEP)
