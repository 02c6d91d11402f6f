"""What the organiser sends to Enedis, and what it tells the pipeline."""

from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.demo.calendar import add_months
from energy_pipeline.demo.enedis import day_text, published_on
from energy_pipeline.demo.files import Inbox, encoded, french, quarter_labels
from energy_pipeline.demo.model import Keys, Operation
from energy_pipeline.demo.simulate import Period

_KEY_TYPES = {"static": "Statique", "default": "Par défaut", "dynamic": "Dynamique Simple"}
PRICES: dict[str, dict[str, float]] = {
    "static": {"": 0.1432},
    "default": {"BASE": 0.1365, "HP": 0.1498, "HC": 0.1187, "HPH": 0.1612, "HCH": 0.1204, "HPB": 0.1043, "HCB": 0.0871},
    "dynamic": {"": 0.1390},
}
"""Price avoided by a kWh that the supplier does not sell, €/kWh excluding VAT, by key type and slot."""
LOCAL_PRICES = {"static": 0.0850, "default": 0.0900, "dynamic": 0.0785}


def _annexe_2_11(acc: Operation) -> bytes:
    rows = (
        ("DENOMINATION_OP", acc.name),
        ("COMMUNE_OP", acc.commune),
        ("CODE POSTAL_OP", acc.post_code),
        ("MAILLE GEO_OP", "Périmètre étendu"),
        ("REPARTITION_OP", _KEY_TYPES[acc.key_type]),
        ("DATE DEM_OP", f"{acc.start_date:%d/%m/%Y}"),
        ("HLM_OP", "Non"),
        ("NOM SOCIAL_PMO", acc.organiser),
        ("SIRET RNA_PMO", acc.siret),
        ("JURIDIQUE_PMO", "Collectivité territoriale"),
        ("CODE NAF_PMO", "8411Z"),
        ("ADRESSE_PMO", "1 place de la Mairie"),
        ("CODE POSTAL_PMO", acc.post_code),
        ("COMMUNE_PMO", acc.commune),
        ("EMAIL1_PMO", f"energie@{acc.domain}"),
        ("NOM_PMO", "VAUTRIN"),
        ("PRENOM_PMO", "Armelle"),
        ("TEL_PMO", "0199000123"),
    )
    return encoded([f"{label};{value}" for label, value in rows], "\r\n", encoding="iso-8859-1")


def _annexe_2_12(acc: Operation, keys: Keys | None) -> bytes:
    """Return the participants; with static keys, those that have a share in this version."""
    rows = ["TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET_RNA;COEF_STATIC;MAIL;PUISSANCE;INSTALLATION"]
    for n, site in enumerate(acc.consumers):
        share = keys.hundredths[n] if keys else None
        if share == 0:
            continue
        percent = "" if share is None else french(share / 100)
        rows.append(f"CONS;{site.prm};;{site.holder};{site.address};{site.siret};{percent};{site.email};;")
    rows += [
        f"PROD;{plant.prm};;{plant.holder};{plant.address};{plant.siret};;{plant.email};{french(plant.peak_kw, 1)};"
        "SOLAIRE PHOTOVOLTAIQUE"
        for plant in acc.producers
    ]
    return encoded(rows, "\r\n", encoding="iso-8859-1")


def write_annexe_2(inbox: Inbox, acc: Operation, first: date) -> None:
    """Write Annexe 2.11 and a 2.12 per version of the keys; one operation signs with its name, not its number."""
    folder = f"pmo/{acc.operation_id}"
    stem = acc.operation_id if acc.index != 1 else "SYNDICAT-TROIS-RIVIERES"
    declared = add_months(first, -6)
    inbox.write(f"{folder}/{stem}_{declared:%Y%m%d}_ANNEXE2.11.csv", _annexe_2_11(acc),
                datetime.combine(declared, time(10, 5)))  # fmt: skip
    for keys in acc.keys or (None,):
        day = keys.declared_on if keys else declared
        inbox.write(f"{folder}/{stem}_{day:%Y%m%d}_ANNEXE2.12.csv", _annexe_2_12(acc, keys),
                    datetime.combine(day, time(10, 6)))  # fmt: skip


_PERCENTS = tuple(f"{n // 100},{n % 100:02d}" for n in range(20001))


def keys_file(prms: list[str], hundredths: NDArray[np.int64], start: date, end: date) -> bytes:
    """Return an Annexe 5 file from hundredths of a percent (consumers × steps)."""
    labels = quarter_labels(start, end)
    columns = ([_PERCENTS[value] for value in row] for row in hundredths.tolist())
    lines = [";".join(row) for row in zip(labels, *columns, strict=True)]
    return encoded([";".join(["Horodate", *prms]), *lines], "\r\n")


def write_keys(inbox: Inbox, acc: Operation, part: Period) -> str:
    """Write the dynamic keys of a period where the organiser keeps them, and return the path."""
    path = f"pmo/{acc.operation_id}/{acc.operation_id}_15_{day_text(part.start)}_{day_text(part.end)}.txt"
    if part.sent_keys is not None:
        content = keys_file([site.prm for site in acc.consumers], part.sent_keys, part.start, part.end)
        inbox.write(path, content, published_on(part, 4, time(16, 20)))
    return path


def operations_toml(operations: list[Operation]) -> bytes:
    """Return names, key types and recipients of the operations."""
    tables = [
        f"""[{acc.operation_id}]
name = "{acc.name}"
organiser = "{acc.organiser}"
key_type = "{acc.key_type}"
anniversary_day = {acc.anniversary_day}
start_date = {acc.start_date.isoformat()}
commune = "{acc.commune}"
post_code = "{acc.post_code}"

[{acc.operation_id}.recipients]
energy_manager = ["energie@{acc.domain}"]
elected_official = ["maire@{acc.domain}"]
accountant = ["comptabilite@{acc.domain}"]
"""
        for acc in operations
    ]
    return "\n".join(tables).encode()


def prices_csv(operations: list[Operation], first: date) -> bytes:
    """Return the prices of each operation: local, organiser's fee, surplus, avoided (flat or per slot)."""
    lines = ["operation_id;prm;price;slot;valid_from;valid_to;value_eur_per_kwh"]
    since = date(first.year - 1, 1, 1)
    lines.append(f";;organiser_fee;;{since.isoformat()};;0,0050")
    lines.append(f";;surplus_price;;{since:%d/%m/%Y};;0.0400")
    for acc in operations:
        renewed = add_months(acc.start_date, 3)
        local = LOCAL_PRICES[acc.key_type]
        until = renewed if acc.key_type == "dynamic" else None
        early = french(local + 0.002 if until else local, 4)
        lines.append(f"{acc.operation_id};;local_price;;{since.isoformat()};{until or ''};{early}")
        if until:
            lines.append(f"{acc.operation_id};;local_price;;{until.isoformat()};;{french(local, 4)}")
        lines += [
            f"{acc.operation_id};;avoided_price;{slot};{since.isoformat()};;{french(value, 4)}"
            for slot, value in PRICES[acc.key_type].items()
        ]
    return encoded(lines, bom=True)


def first_day_of_inbox(first: date) -> datetime:
    """Return when the organiser wrote its own files."""
    return datetime.combine(first - timedelta(days=20), time(9, 0))
