"""What a producer shared with each consumer: columns `PRM CONS` and `AUTOCONSO (kWh)` (convention §11.6.1.1)."""

from energy_pipeline.formats import names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

KIND = "exchange"
HEADER = ("prmcons", "autoconsokwh")


def read(name: str, content: bytes) -> Reading:
    """Read one detail file: a row per consumer; `prm` is the producer that the name gives. Raises BadFile."""
    parsed = names.parse(name)
    start, end = names.require_period(parsed)
    if parsed.prm is None:
        raise BadFile("Le nom du fichier ne donne pas le PRM du producteur (14 chiffres).")
    lines = text.rows(text.decode(content))
    if not lines:
        raise BadFile("Le fichier est vide.")
    first, header = lines[0]
    if tuple(text.plain(cell) for cell in text.without_trailing(header)) != HEADER:
        raise BadFile("En-tête attendu : PRM CONS;AUTOCONSO (kWh).", first, None, ";".join(header))
    rows: dict[str, Row] = {}
    notes: list[Note] = []
    for line, cells in lines[1:]:
        if len(cells) < 2 or len(text.without_trailing(cells)) > 2:
            raise BadFile("Deux colonnes attendues : PRM et énergie en kWh.", line, None, ";".join(cells))
        consumer = values.prm(cells[0], line, header[0])
        energy = float(values.positive(cells[1], line, header[1])) if cells[1] else None
        if consumer in rows and rows[consumer]["energy_kwh"] != energy:
            raise BadFile("Deux énergies différentes pour le même consommateur.", line, header[1], cells[1])
        if consumer in rows:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, consumer))
            continue
        rows[consumer] = {
            "line": line,
            "operation_id": parsed.operation_id,
            "producer_prm": parsed.prm,
            "consumer_prm": consumer,
            "period_start": start,
            "period_end": end,
            "energy_kwh": energy,
        }
    return Reading(
        KIND, list(rows.values()), parsed.operation_id, parsed.prm, "self_produced", start, end, tuple(notes)
    )  # fmt: skip
