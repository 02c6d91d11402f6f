"""Annexe 2 as csv, in ISO-8859-1 (§11.2.1.2): 2.11 (operation, organiser, agent) and 2.12 (participants)."""

from datetime import date
from decimal import Decimal

from energy_pipeline.formats import grids, names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

OPERATION_KIND = "annexe2_operation"
PARTICIPANTS_KIND = "annexe2_participants"
_KEY_TYPES = {
    "pardefaut": "default", "defaut": "default", "dynamiquepardefaut": "default",
    "statique": "static", "statiques": "static",
    "dynamiquesimple": "dynamic", "dynamique": "dynamic", "simple": "dynamic",
    "fulldynamique": "full_dynamic", "fulldynamic": "full_dynamic", "dynamiquefull": "full_dynamic",
}  # fmt: skip
_ROLES = {"cons": "consumer", "consommateur": "consumer", "prod": "producer", "producteur": "producer"}
_KEY_TYPE_FIELD = "repartitionop"
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
    parsed = names.parse(name)
    wanted = grids.layout("annexe2_operation")
    fields: dict[str, tuple[int, str, str]] = {}
    for line, cells in text.rows(text.decode(content)):
        label = cells[0].strip('"')
        value = ";".join(text.without_trailing(cells)[1:]).strip('"')
        if label:
            fields[text.plain(label)] = (line, label, value)
    row: Row = {}
    for field in wanted.fields:
        line, label, value = next((fields[alias] for alias in field.aliases if alias in fields), (0, "", ""))
        if field.is_mandatory and not value:
            raise BadFile(f"Champ obligatoire absent : {field.label}.", line or None, field.label)
        row[field.name] = grids.convert(field.type, value, line, label)
    line, label, value = fields.get(_KEY_TYPE_FIELD, (0, "", ""))
    declared_on = parsed.declared_on or received_on
    row |= {
        "operation_id": parsed.operation_id,
        "declared_on": declared_on,
        "key_type": key_type(value, line, label),
        "settings": grids.as_json({label: value for _, label, value in fields.values() if value}),
    }
    return Reading(OPERATION_KIND, [row], parsed.operation_id, period_start=declared_on)


def read_participants(name: str, content: bytes, received_on: date) -> Reading:
    """Read Annexe 2.12: a row per participant and role, shares as fractions. Raises BadFile."""
    parsed = names.parse(name)
    wanted = grids.layout("annexe2_participants")
    sheet = grids.csv_sheet(content, ";")
    mapped = grids.require_mandatory(grids.map_header(sheet.lines, wanted), wanted)
    notes = grids.unknown_columns(mapped, wanted)
    declared_on = parsed.declared_on or received_on
    rows: dict[tuple[object, ...], Row] = {}
    for line, row, _ in grids.records(sheet, mapped, wanted):
        role = _ROLES.get(text.plain(row.pop("type") or ""))
        if role is None:
            raise BadFile("Type de participant inconnu : CONS ou PROD attendu.", line, "TYPE", sheet.lines[line - 1][0])
        if row["prm"] is None and row.get("connection_request") is None:
            raise BadFile("Ni PRM ni numéro de demande de raccordement.", line, "PRM")
        row |= {
            "operation_id": parsed.operation_id,
            "declared_on": declared_on,
            "role": role,
            "share": _share(row.pop("share_percent", None), line),
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
    return Reading(
        PARTICIPANTS_KIND, list(rows.values()), parsed.operation_id, period_start=declared_on, notes=tuple(notes)
    )  # fmt: skip


def _share(percent: str | None, line: int) -> Decimal | None:
    if not percent:
        return None
    found = values.positive(percent.rstrip("% "), line, "COEF_STATIC")
    if found > _HUNDRED:
        raise BadFile("Coefficient supérieur à 100 %.", line, "COEF_STATIC", percent)
    return (found / _HUNDRED).quantize(_SHARE_STEP)
