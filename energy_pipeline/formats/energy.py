"""Energy files: `HP;134,70;` in kWh per slot of the supplier's calendar (convention §11.6.1.1)."""

from energy_pipeline.formats import names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

KIND = "energy"
_SLOTS = {
    "base": "BASE", "hp": "HP", "hc": "HC", "hph": "HPH", "hch": "HCH", "hpb": "HPB", "hcb": "HCB",
    "hpe": "HPB", "hce": "HCB", "heurespleines": "HP", "heurescreuses": "HC",
    "heurespleineshiver": "HPH", "heurescreuseshiver": "HCH", "heurespleinesete": "HPB", "heurescreusesete": "HCB",
    "heurespleinessaisonhaute": "HPH", "heurescreusessaisonhaute": "HCH",
    "heurespleinessaisonbasse": "HPB", "heurescreusessaisonbasse": "HCB",
}  # fmt: skip


def slot_of(word: str) -> str | None:
    """Return the slot that a word names (HPE and HCE are HPB and HCB), or None."""
    return _SLOTS.get(text.plain(word))


def read(name: str, content: bytes) -> Reading:
    """Read one energy file: a row per slot, `energy_kwh` None where the cell is empty. Raises BadFile."""
    parsed = names.parse(name)
    start, end = names.require_period(parsed)
    series = names.require_series(parsed)
    if parsed.prm is None and parsed.operation_id is None:
        raise BadFile("Le nom du fichier ne donne ni PRM (14 chiffres) ni numéro de convention (ACC…).")
    rows: dict[str, Row] = {}
    notes: list[Note] = []
    for line, cells in text.rows(text.decode(content)):
        found = text.without_trailing(cells)
        slot = slot_of(found[0])
        if slot is None:
            raise BadFile("Poste horosaisonnier inconnu (attendu : BASE, HP, HC, HPH, HCH, HPB, HCB).",
                          line, "poste", cells[0])  # fmt: skip
        if len(cells) not in (2, 3) or len(found) > 2:
            raise BadFile("Deux colonnes attendues : poste et énergie en kWh.", line, None, ";".join(cells))
        energy = float(values.positive(cells[1], line, "énergie")) if cells[1] else None
        if slot in rows and rows[slot]["energy_kwh"] != energy:
            raise BadFile("Deux énergies différentes pour le même poste.", line, "énergie", cells[1])
        if slot in rows:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, cells[0]))
            continue
        rows[slot] = {
            "line": line,
            "operation_id": parsed.operation_id,
            "prm": parsed.prm,
            "series": series,
            "period_start": start,
            "period_end": end,
            "slot": slot,
            "energy_kwh": energy,
        }
    if not rows:
        raise BadFile("Le fichier est vide.")
    return Reading(
        KIND, list(rows.values()), parsed.operation_id, parsed.prm, series, start, end, tuple(notes)
    )  # fmt: skip
