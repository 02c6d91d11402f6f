"""The files that Enedis sends to the organiser each period (convention §11.6), and their deliveries."""

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.demo.files import Inbox, encoded, french, hour_labels, workbook, zipped
from energy_pipeline.demo.model import Anomaly, Operation
from energy_pipeline.demo.simulate import Flows, Period, kwh, slot_kwh, truncated

FOREVER = date(9999, 12, 31)
ENERGY_ERROR_KWH = 100.0
SYNTHESIS_ERROR_KWH = 250.0

Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Style:
    """How an operation's files are written: Enedis's own have varied."""

    newline: str = "\n"
    bom: bool = False


STYLES = {"static": Style(), "default": Style(newline="\r\n"), "dynamic": Style(newline="\r\n", bom=True)}


def day_text(day: date) -> str:
    """Return a date as in file names."""
    return f"{day:%d%m%Y}"


@lru_cache(maxsize=64)
def _template(start: date, end: date, newline: str) -> str:
    return "".join(f"{label};%d;%d;%d;%d;{newline}" for label in hour_labels(start, end))


def curve_file(watts: NDArray[np.int64], start: date, end: date, style: Style, hours: Bool | None = None) -> bytes:
    """Return a CDC file: a row an hour, four whole watts, only the `hours` told."""
    if hours is None or hours.all():
        text = _template(start, end, style.newline) % tuple(watts.tolist())
    else:
        rows = zip(hour_labels(start, end), watts.reshape(-1, 4).tolist(), hours, strict=True)
        text = "".join(f"{label};{a};{b};{c};{d};{style.newline}" for label, (a, b, c, d), kept in rows if kept)
    return (b"\xef\xbb\xbf" if style.bom else b"") + text.encode()


def energy_file(slots: dict[str, float], style: Style) -> bytes:
    """Return an energy file: a slot a row, kWh with two decimals."""
    return encoded([f"{slot};{french(value)};" for slot, value in slots.items()], style.newline, style.bom)


def perimeter_file(acc: Operation, end: date, style: Style) -> bytes:
    """Return Perimetre_Participants.csv as known at the end of a period: each PRM once, half-open dates."""
    stays = {
        site.prm: (site.valid_from, site.valid_to if site.valid_to and site.valid_to <= end else FOREVER)
        for site in acc.consumers
        if site.valid_from <= end
    }
    stays.update({plant.prm: (acc.start_date, FOREVER) for plant in acc.producers if plant.prm not in stays})
    rows = [f"{prm};{since:%d/%m/%Y};{until:%d/%m/%Y};" for prm, (since, until) in stays.items()]
    header = "PRM;Date debut rattachement;Date fin rattachement;"
    return encoded([header, *rows], style.newline, bom=True)


def _curves(acc: Operation, flows: Flows, part: Period, raw_only: bool) -> dict[str, bytes]:
    """Return the CDC and energy files of a period."""
    style = STYLES[acc.key_type]
    files: dict[str, bytes] = {}
    stem = f"{day_text(part.start)}_{day_text(part.end)}"
    span = part.steps
    consumed = {"Conso": flows.consumption, "Autoconso": flows.self_consumption, "Complement": flows.complement}
    produced = {"Prod": flows.production, "Autoprod": flows.self_produced, "Surplus": flows.surplus}
    for n, site in enumerate(acc.consumers):
        present = flows.present[n, span]
        if not present.any():
            continue
        for word in ("Conso",) if raw_only else tuple(consumed):
            watts = np.where(present, consumed[word][n, span], 0.0)
            hours = np.array(present).reshape(-1, 4)[:, 0].copy()
            if flows.gap and flows.gap[0] == n and word == "Conso":
                hours &= ~_inside(flows.gap[1], span)[::4]
            name = f"{site.prm}_{stem}_{word}"
            files[f"{name}_CDC.csv"] = curve_file(truncated(watts), part.start, part.end, style, hours)
            slots = slot_kwh(site, watts, part.start, part.end)
            if word == "Conso" and acc.faults.energy == (part.month, n):
                slots = {slot: value + ENERGY_ERROR_KWH for slot, value in slots.items()}
            if not raw_only:
                files[f"{name}_Energie.csv"] = energy_file(slots, style)
    for n, plant in enumerate(acc.producers):
        for word in ("Prod",) if raw_only else tuple(produced):
            watts = produced[word][n, span]
            name = f"{plant.prm}_{stem}_{word}"
            files[f"{name}_CDC.csv"] = curve_file(truncated(watts), part.start, part.end, style)
            if not raw_only:
                files[f"{name}_Energie.csv"] = energy_file({"BASE": kwh(watts)}, style)
    return files


def _inside(hole: slice, span: slice) -> Bool:
    steps = np.arange(span.start, span.stop)
    return (steps >= hole.start) & (steps < hole.stop)


def _details(acc: Operation, flows: Flows, part: Period) -> dict[str, bytes]:
    style = STYLES[acc.key_type]
    present = [bool(row.any()) for row in flows.present[:, part.steps]]
    return {
        f"{plant.prm}_{day_text(part.start)}_{day_text(part.end)}_Autoprod_Detail.csv": encoded(
            [
                "PRM CONS;AUTOCONSO (kWh);",
                *(
                    f"{site.prm};{french(part.exchange_kwh[n, j])};"
                    for j, site in enumerate(acc.consumers)
                    if present[j]
                ),
            ],
            style.newline,
            style.bom,
        )
        for n, plant in enumerate(acc.producers)
    }


def synthesis_file(acc: Operation, flows: Flows, part: Period, published: datetime) -> bytes:
    """Return the workbook of three sheets of §11.6.1.3."""
    span = part.steps
    present = flows.present[:, span]
    taken = np.where(present, flows.consumption[:, span], 0.0)
    shared = flows.self_consumption[:, span]
    total, made, used = kwh(taken), kwh(flows.production[:, span]), kwh(shared)
    buffer = io.BytesIO()
    book = workbook(buffer, published)
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Indicateurs opération")
    sheet.set_column(0, 0, 48)
    sheet.write_row(0, 0, ["Convention", acc.operation_id])
    sheet.write_row(1, 0, ["Période", f"du {part.start:%d/%m/%Y} au {part.end:%d/%m/%Y}"])
    sheet.write_row(3, 0, ["Indicateur", "Valeur"], bold)
    indicators = (
        ("Consommation totale des participants (kWh)", total),
        ("Production totale (kWh)", made),
        ("Autoconsommation totale (kWh)", used),
        ("Surplus collectif (kWh)", kwh(flows.surplus[:, span])),
        ("Taux d'autoconsommation (%)", 100 * used / made if made else 0.0),
        ("Taux d'autoproduction (%)", 100 * used / total if total else 0.0),
        ("Taux de couverture (%)", 100 * made / total if total else 0.0),
    )
    for n, (label, value) in enumerate(indicators):
        sheet.write_row(4 + n, 0, [label, round(value, 2)])
    sheet = book.add_worksheet("Producteurs")
    sheet.set_column(0, 3, 28)
    headers = ("PRM", "Production injectée (kWh)", "Électricité autoproduite (kWh)", "Surplus collectif réparti (kWh)")
    sheet.write_row(0, 0, headers, bold)
    for n, plant in enumerate(acc.producers):
        wrong = SYNTHESIS_ERROR_KWH if acc.faults.synthesis == part.month and n == 0 else 0.0
        values = (flows.production[n, span], flows.self_produced[n, span], flows.surplus[n, span])
        cells = [round(kwh(watts) + error, 2) for watts, error in zip(values, (0.0, 0.0, wrong), strict=True)]
        sheet.write_row(1 + n, 0, [plant.prm, *cells])
    sheet = book.add_worksheet("Consommateurs")
    sheet.set_column(0, 4, 28)
    slot_headers = ("PRM", "Poste horaire", "Consommation (kWh)", "Électricité autoconsommée (kWh)",
               "Électricité de complément (kWh)")  # fmt: skip
    sheet.write_row(0, 0, slot_headers, bold)
    row = 1
    for n, site in enumerate(acc.consumers):
        if not present[n].any():
            continue
        columns = [slot_kwh(site, watts, part.start, part.end) for watts in (taken[n], shared[n], taken[n] - shared[n])]
        for slot in columns[0]:
            sheet.write_row(row, 0, [site.prm, slot, *(round(column[slot], 2) for column in columns)])
            row += 1
    book.close()
    return buffer.getvalue()


def published_on(part: Period, day: int, hour: time) -> datetime:
    """Return an hour of the `day`-th calendar day counted from the monthly anniversary, which is day 1 (§5.2.4)."""
    return datetime.combine(part.end + timedelta(days=day), hour)


def _subject(acc: Operation, part: Period, raw: bool) -> str:
    what = "Courbes de charge brutes" if raw else "Courbes de charge"
    return (
        f"[{acc.organiser}] Autoconsommation Collective – Convention N°{acc.operation_id} – {what} - "
        f"Période du « {part.start:%d_%m_%Y} » au « {part.end:%d_%m_%Y} »"
    )


def broken(content: bytes) -> bytes:
    """Return a CDC file with a letter O in place of a zero, in the third value of its 200th row."""
    lines = content.decode().splitlines(keepends=True)
    fields = lines[199].split(";")
    fields[3] = "1O" + fields[3]
    lines[199] = ";".join(fields)
    return "".join(lines).encode()


def deliver(inbox: Inbox, acc: Operation, flows: Flows, part: Period) -> list[Anomaly]:
    """Write what Enedis sends for a period, and return what is wrong with it."""
    published = published_on(part, 8, time(9, 12))
    stem = f"{acc.operation_id}_{day_text(part.start)}_{day_text(part.end)}"
    files = _curves(acc, flows, part, raw_only=False) | _details(acc, flows, part)
    files["Perimetre_Participants.csv"] = perimeter_file(acc, part.end, STYLES[acc.key_type])
    files[f"{stem}.xlsx"] = synthesis_file(acc, flows, part, published)
    if acc.key_type == "static":
        folder = f"enedis/{stem}"
        bad = _broken_name(acc, part)
        for name, content in files.items():
            inbox.write(f"{folder}/{name}", broken(content) if name == bad else content, published)
        return _enedis_anomalies(acc, flows, part, f"{folder}/")
    if acc.key_type == "dynamic":
        raw_time = published_on(part, 2, time(7, 40))
        raw = _curves(acc, flows, part, raw_only=True)
        inbox.write(f"enedis/{_subject(acc, part, raw=True)}/export.zip", zipped(raw, raw_time), raw_time)
    folder = f"enedis/{_subject(acc, part, raw=False)}"
    inbox.write(f"{folder}/export.zip", zipped(files, published), published)
    return _enedis_anomalies(acc, flows, part, f"{folder}/export.zip!")


def _broken_name(acc: Operation, part: Period) -> str | None:
    if acc.faults.broken_curve is None or acc.faults.broken_curve[0] != part.month:
        return None
    prm = acc.consumers[acc.faults.broken_curve[1]].prm
    return f"{prm}_{day_text(part.start)}_{day_text(part.end)}_Complement_CDC.csv"


def _enedis_anomalies(acc: Operation, flows: Flows, part: Period, folder: str) -> list[Anomaly]:
    stem = f"{day_text(part.start)}_{day_text(part.end)}"
    faults, names = acc.faults, [site.prm for site in acc.consumers]
    found: list[tuple[str, str, str, str]] = []
    if name := _broken_name(acc, part):
        found.append(("quarantined_file", name[:14], name, "Une lettre dans une valeur : ligne 200, troisième valeur"))
    if flows.gap and part.steps.start <= flows.gap[1].start < part.steps.stop:
        prm = names[flows.gap[0]]
        text = "Trois heures absentes : 12 points estimés par la semaine précédente"
        found.append(("missing_steps", prm, f"{prm}_{stem}_Conso_CDC.csv", text))
    if faults.energy and faults.energy[0] == part.month:
        prm = names[faults.energy[1]]
        text = "100 kWh de trop dans le fichier d'énergie"
        found.append(("published_energy_differs", prm, f"{prm}_{stem}_Conso_Energie.csv", text))
    if faults.synthesis == part.month:
        text = "250 kWh de trop dans le surplus du premier producteur"
        found.append(("synthesis_differs", acc.producers[0].prm, f"{acc.operation_id}_{stem}.xlsx", text))
    return [
        Anomaly(check, acc.operation_id, prm, part.start, part.end, path=folder + name, description=text)
        for check, prm, name, text in found
    ]
