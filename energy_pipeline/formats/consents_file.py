"""`consents.csv`: the register of the participants' authorisations (convention §5.1.4). The format is ours."""

from energy_pipeline.formats import grids, names
from energy_pipeline.formats.model import BadFile, Note, Reading, Row
from energy_pipeline.formats.text import plain

KIND = "consents"
_ROLES = {"consumer": "consumer", "consommateur": "consumer", "cons": "consumer",
          "producer": "producer", "producteur": "producer", "prod": "producer"}  # fmt: skip
_IDENTITY = ("operation_id", "prm", "role", "signed_on")


def is_header(cells: list[str]) -> bool:
    """Whether the cells are the header of a register: a point, and the day of the signature."""
    aliases = {field.name: field.aliases for field in grids.layout(KIND).fields}
    found = {plain(cell) for cell in cells}
    return bool(found & aliases["prm"]) and bool(found & aliases["signed_on"])


def read(name: str, content: bytes) -> Reading:
    """Read the register: a row per authorisation. Raises BadFile.

    `expires_on` is the last day on which it holds, `withdrawn_on` the first on which it no longer does.
    """
    wanted = grids.layout(KIND)
    sheet = grids.sheets_of(content)[0]
    sheet = grids.Sheet("", [[] if "".join(line).startswith("#") else line for line in sheet.lines])
    mapped = grids.header_of(sheet.lines, wanted)
    rows: dict[tuple[object, ...], Row] = {}
    notes: list[Note] = grids.unknown_columns(mapped, wanted)
    for line, found, _ in grids.records(sheet, mapped, wanted):
        row = _checked({field.name: found.get(field.name) for field in wanted.fields}, line)
        key = tuple(row[column] for column in _IDENTITY)
        if key not in rows:
            rows[key] = row | {"line": line}
        elif rows[key] == row | {"line": rows[key]["line"]}:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, row["prm"]))
        else:
            raise BadFile("Deux lignes contradictoires pour la même autorisation.", line, "prm", row["prm"])
    if not rows:
        raise BadFile("Le registre ne contient aucune autorisation.", mapped.line)
    return Reading(KIND, list(rows.values()), notes=tuple(notes))


def _checked(row: Row, line: int) -> Row:
    for column in ("prm", "signed_on"):
        if row[column] is None:
            raise BadFile("Valeur obligatoire absente.", line, column, "")
    operation = row["operation_id"]
    if operation and not names.OPERATION.fullmatch(operation):
        raise BadFile("Numéro de convention invalide (ACC00000001 attendu).", line, "operation_id", operation)
    role = _ROLES.get(plain(row["role"] or ""))
    if row["role"] and role is None:
        raise BadFile("Rôle inconnu : consommateur ou producteur attendu.", line, "role", row["role"])
    for column in ("expires_on", "withdrawn_on"):
        if row[column] is not None and row[column] < row["signed_on"]:
            raise BadFile("La fin de l'autorisation précède sa signature.", line, column, f"{row[column]:%d/%m/%Y}")
    return row | {"operation_id": operation.upper() if operation else None, "role": role}
