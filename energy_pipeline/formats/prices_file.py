"""`prices.csv`: the prices that no invoice gives, dated. The format is ours."""

from decimal import Decimal

from energy_pipeline.formats import grids, names
from energy_pipeline.formats.energy import slot_of
from energy_pipeline.formats.model import BadFile, Reading, Row
from energy_pipeline.formats.values import end_day, number

KIND = "prices"
PRICES = ("local_price", "organiser_fee", "surplus_price", "avoided_price")
_STEP = Decimal("0.000001")


def read(name: str, content: bytes) -> Reading:
    """Read the prices: `valid_to` is the first day on which the price no longer holds. Raises BadFile."""
    wanted = grids.layout("prices")
    sheet = grids.sheets_of(content)[0]
    sheet = grids.Sheet("", [[] if "".join(line).startswith("#") else line for line in sheet.lines])
    mapped = grids.header_of(sheet.lines, wanted)
    rows: list[Row] = []
    for line, row, _ in grids.records(sheet, mapped, wanted):
        operation, price, slot = row.get("operation_id"), row["price"], row.get("slot")
        if operation and not names.OPERATION.fullmatch(operation):
            raise BadFile("Numéro de convention invalide (ACC00000001 attendu).", line, "operation_id", operation)
        if price not in PRICES:
            raise BadFile(f"Prix inconnu (attendu : {', '.join(PRICES)}).", line, "price", price or "")
        if slot and slot_of(slot) is None:
            raise BadFile("Poste horosaisonnier inconnu.", line, "slot", slot)
        for column in ("valid_from", "value"):
            if row[column] is None:
                raise BadFile("Valeur obligatoire absente.", line, column, "")
        valid_to = end_day(row.get("valid_to") or "", line, "valid_to")
        if valid_to is not None and valid_to <= row["valid_from"]:
            raise BadFile("La date de fin n'est pas après la date de début.", line, "valid_to", str(valid_to))
        rows.append(
            row
            | {
                "line": line,
                "operation_id": operation.upper() if operation else None,
                "slot": slot_of(slot) if slot else None,
                "valid_to": valid_to,
                "value": _value(row["value"], line),
            }
        )
    return Reading(KIND, rows)


def _value(written: str, line: int) -> Decimal:
    return number(written, line, "value_eur_per_kwh").quantize(_STEP)
