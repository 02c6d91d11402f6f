"""`Perimetre_Participants.csv`: when each PRM counts in the operation (convention §11.6.1.2)."""

from energy_pipeline.formats import names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

KIND = "perimeter"
HEADER = ("prm", "datedebutrattachement", "datefinrattachement")
_FIRST_CELLS = ("prm", "pdl", "pdlprm", "pdlprmpadtp")


def is_header(cells: list[str]) -> bool:
    """Whether the cells are the header of a perimeter file."""
    plain = [text.plain(cell) for cell in text.without_trailing(cells)]
    return len(plain) == 3 and plain[0] in _FIRST_CELLS and "debut" in plain[1] and "fin" in plain[2]


def read(name: str, content: bytes) -> Reading:
    """Read the list of participants; the name may give the operation, the content never does. Raises BadFile.

    `valid_to` is the first day on which the PRM no longer counts; 31/12/9999 and an empty cell are None.
    """
    parsed = names.parse(name)
    lines = text.rows(text.decode(content))
    if lines and is_header(lines[0][1]):
        lines = lines[1:]
    if not lines:
        raise BadFile("Le fichier ne contient aucun participant.")
    rows: list[Row] = []
    notes: list[Note] = []
    seen: set[tuple[object, ...]] = set()
    for line, cells in lines:
        if len(cells) < 3 or len(text.without_trailing(cells)) > 3:
            raise BadFile("Trois colonnes attendues : PRM, date de début, date de fin.", line, None, ";".join(cells))
        prm = values.prm(cells[0], line, "PRM")
        start = values.day(cells[1], line, "Date debut rattachement")
        end = values.end_day(cells[2], line, "Date fin rattachement")
        if end is not None and end < start:
            raise BadFile("La date de fin précède la date de début.", line, "Date fin rattachement", cells[2])
        if (prm, start, end) in seen:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, prm))
            continue
        seen.add((prm, start, end))
        rows.append(
            {"line": line, "operation_id": parsed.operation_id, "prm": prm, "valid_from": start, "valid_to": end}
        )
    return Reading(
        KIND, rows, parsed.operation_id, None, None, parsed.period_start, parsed.period_end, tuple(notes)
    )  # fmt: skip
