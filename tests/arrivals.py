"""A small inbox of all that a commune receives, as units that arrive each at its own time: for tests of their order."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.unit.landing.deliveries import encrypted, mail, zipped

ACC = "ACC00000001"
HALL, SCHOOL, ROOF = "30001000000201", "30001000000202", "30001000000101"
SEPTEMBER, OCTOBER = (date(2025, 9, 1), date(2025, 9, 3)), (date(2025, 10, 1), date(2025, 10, 3))
PASSWORD = "Sésame-7"
Files = dict[str, bytes]


@dataclass(frozen=True)
class Unit:
    """What arrives at once: files below the inbox, with the time of the file system."""

    files: tuple[tuple[str, bytes], ...]
    at: str

    def drop(self, inbox: Path) -> None:
        stamp = datetime.fromisoformat(self.at).timestamp()
        for path, content in self.files:
            target = inbox / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            os.utime(target, (stamp, stamp))


def stem(prm: str, period: tuple[date, date]) -> str:
    return f"{prm}_{period[0]:%d%m%Y}_{period[1]:%d%m%Y}"


def curve(period: tuple[date, date], watts: int, last: int | None = None) -> bytes:
    """Rows of `watts`, a little more each hour; the last day at `last` instead."""
    days = [period[0] + timedelta(days=number) for number in range((period[1] - period[0]).days + 1)]
    rows = []
    for day in days:
        level = last if last is not None and day == days[-1] else watts
        rows += [f"{day:%d/%m/%Y} {hour:02d}:00;{level};{level + hour};{level};{level};" for hour in range(24)]
    return "\n".join([*rows, ""]).encode()


def raw(period: tuple[date, date], school: int = 800, last: int | None = None) -> Files:
    return {
        f"{stem(HALL, period)}_Conso_CDC.csv": curve(period, 2000),
        f"{stem(SCHOOL, period)}_Conso_CDC.csv": curve(period, school, last),
        f"{stem(ROOF, period)}_Prod_CDC.csv": curve(period, 1000),
    }


def split(period: tuple[date, date], hall: int = 500) -> Files:
    return {
        f"{stem(HALL, period)}_Autoconso_CDC.csv": curve(period, hall),
        f"{stem(HALL, period)}_Complement_CDC.csv": curve(period, 2000 - hall),
        f"{stem(SCHOOL, period)}_Autoconso_CDC.csv": curve(period, 500),
        f"{stem(ROOF, period)}_Surplus_CDC.csv": curve(period, 0),
        f"{stem(HALL, period)}_Conso_Energie.csv": b"BASE;144,50;\n",
    }


def perimeter(*stays: tuple[str, str, str]) -> Files:
    rows = "".join(f"{prm};{start};{end};\n" for prm, start, end in stays)
    return {"Perimetre_Participants.csv": f"PRM;Date debut rattachement;Date fin rattachement;\n{rows}".encode()}


ALWAYS = ("01/01/2025", "31/12/9999")
EVERYONE = perimeter((HALL, *ALWAYS), (SCHOOL, *ALWAYS), (ROOF, *ALWAYS))
WITHOUT_SCHOOL = perimeter((HALL, *ALWAYS), (ROOF, *ALWAYS))


def subject(kind: str, period: tuple[date, date]) -> str:
    return (
        f"[Commune] Autoconsommation Collective – Convention N°{ACC} – Courbes de charge {kind}- Période du "
        f"« {period[0]:%d_%m_%Y} » au « {period[1]:%d_%m_%Y} »"
    )


def folder(path: str, files: Files, at: str) -> Unit:
    return Unit(tuple((f"{path}/{name}", content) for name, content in files.items()), at)


def alone(path: str, content: bytes, at: str) -> Unit:
    return Unit(((path, content),), at)


ANNEXE_11 = "DENOMINATION_OP;Toits d'Été\nCOMMUNE_OP;Valfleuri\nCODE POSTAL_OP;01990\nREPARTITION_OP;Statique\n"
ANNEXE_12 = (
    "TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET_RNA;COEF_STATIC;MAIL;PUISSANCE;INSTALLATION\n"
    f"CONS;{HALL};;Mairie;1 rue;;50;;;\nCONS;{SCHOOL};;École;2 rue;;50;;;\nPROD;{ROOF};;Toit;3 rue;;;;9;\n"
)
INVOICES = (
    "NUM FACTURE;ID DETAIL;DATE COMPTABLE;PDL/PRM;DEBUT CONSO;FIN CONSO;TYPE RELEVE;MONTANT CONSO;TOTAL HORS TVA;"
    "TOTAL TTC;TOTAL CONSO KWH\n"
    f"1001;1;04/11/2025;{HALL};01/09/2025;03/09/2025;REELLE;30;30;36;144\n"
    f"1002;1;04/11/2025;{SCHOOL};01/10/2025;03/10/2025;REELLE;5;5;6;59\n"
    "1003;1;04/12/2025;30001000000999;01/11/2025;30/11/2025;REELLE;7;7;8,4;70\n"
)
SITES = f"PDL/PRM;Nom site;Segment;Puissance souscrite\n{HALL};Mairie;C5;36\n{SCHOOL};École;C5;18\n"
PRICES = (
    "operation_id;prm;price;slot;valid_from;valid_to;value_eur_per_kwh\n"
    ";;local_price;;2025-01-01;;0,09\n;;avoided_price;;2025-01-01;;0,20\n"
)
CONSENTS = f"prm;role;holder;signed_on;expires_on;withdrawn_on;document\n{HALL};;Mairie;2025-01-02;;;\n"
BROKEN = curve(OCTOBER, 5).replace(b";5;", b";5O;", 1)


def units() -> list[Unit]:
    """Return the units: mails, an encrypted archive and its password, nested archives, copies, corrections, faults."""
    locked = mail(subject("brutes ", SEPTEMBER), {"export.zip": encrypted(raw(SEPTEMBER), PASSWORD)},
                  date="Wed, 08 Oct 2025 09:00:00 +0200")  # fmt: skip
    key = mail("[Mot de passe] " + subject("brutes ", SEPTEMBER), {},
               f"Bonjour,\nveuillez trouver le mot de passe suivant : {PASSWORD}\nCordialement",
               date="Wed, 08 Oct 2025 09:01:00 +0200")  # fmt: skip
    computed = zipped(
        {"export.zip": zipped(raw(SEPTEMBER) | split(SEPTEMBER) | EVERYONE, (2025, 10, 10, 9, 0, 0))},
        (2025, 10, 10, 9, 0, 0),
    )
    # The school's curve is corrected, and the correction taken back: a copy of the first version arrives last.
    corrected = mail(subject("", SEPTEMBER), {"export.zip": zipped(raw(SEPTEMBER, 900))},
                     date="Mon, 20 Oct 2025 09:00:00 +0200")  # fmt: skip
    hall = {f"{stem(HALL, SEPTEMBER)}_Autoconso_CDC.csv": curve(SEPTEMBER, 450)}
    back = {f"{stem(SCHOOL, SEPTEMBER)}_Conso_CDC.csv": curve(SEPTEMBER, 800)}
    october = f"enedis/{stem(ACC, OCTOBER)}"
    return [
        alone("courriels/brutes.eml", locked, "2025-10-08T09:05:00+02:00"),
        alone("courriels/mot de passe.eml", key, "2025-10-08T09:05:00+02:00"),
        alone(f"{stem(ACC, SEPTEMBER)}.zip", computed, "2025-10-10T10:00:00+02:00"),
        alone("courriels/correction.eml", corrected, "2025-10-20T10:00:00+02:00"),
        folder(f"enedis/{stem(ACC, SEPTEMBER)} corrigé", hall, "2025-10-21T10:00:00+02:00"),
        folder(f"enedis/{stem(ACC, SEPTEMBER)} rectifié", back, "2025-10-27T10:00:00+01:00"),
        folder(october, raw(OCTOBER) | split(OCTOBER) | WITHOUT_SCHOOL, "2025-11-08T10:00:00+01:00"),
        folder(f"{october} copie", raw(OCTOBER), "2025-11-09T10:00:00+01:00"),
        folder(f"{october} complété", EVERYONE, "2025-11-20T10:00:00+01:00"),
        alone(f"{october} refusé/{stem(ROOF, OCTOBER)}_Autoprod_CDC.csv", BROKEN, "2025-11-21T10:00:00+01:00"),
        alone(f"pmo/{ACC}_20250101_ANNEXE2.11.csv", ANNEXE_11.encode("iso-8859-1"), "2025-01-02T10:00:00+01:00"),
        alone(f"pmo/{ACC}_20250101_ANNEXE2.12.csv", ANNEXE_12.encode("iso-8859-1"), "2025-01-02T10:00:00+01:00"),
        alone("pmo/prices.csv", PRICES.encode(), "2025-01-03T10:00:00+01:00"),
        alone("pmo/consents.csv", CONSENTS.encode(), "2025-01-03T10:00:00+01:00"),
        alone("fournisseur/factures.csv", INVOICES.encode(), "2025-12-05T10:00:00+01:00"),
        alone("fournisseur/sites 20250930.csv", SITES.encode(), "2025-12-05T10:00:00+01:00"),
        alone("fournisseur/mystère.csv", b"a;b\n1;2\n", "2025-12-06T10:00:00+01:00"),
    ]  # fmt: skip


def drop(inbox: Path, some: Iterable[Unit]) -> None:
    for unit in some:
        unit.drop(inbox)
