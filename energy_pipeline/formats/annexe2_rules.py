"""Annexe 2 held against the rules printed in the convention (§11.2.1): every fault at once, in French."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from stdnum.fr import siret

from energy_pipeline.formats import text
from energy_pipeline.formats.annexe2 import KEY_TYPE_FIELD, KEY_TYPE_WORDS
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, PARTICIPANT, ROLE_SHEETS, Field, layout

Form = Literal["csv", "xlsx"]
ARTICLES: Mapping[Form, str] = {"xlsx": "§11.2.1.1", "csv": "§11.2.1.2"}
LONGEST_NAME = 50
_NAME = re.compile(r"(?P<stem>[^/\\]+)_(?P<day>\d{8})_ANNEXE2\.(?:1\.xlsx|11\.csv|12\.csv)")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_RNA = re.compile(r"W\d{8,9}")
_AMALIA = re.compile(r"A[A-Z0-9]{5,19}")
"""Number of an association of Alsace-Moselle; its form is printed nowhere."""
_PERCENT = re.compile(r"\d{1,3}(?:,\d+)?")
_POWER = re.compile(r"\d+(?:[.,]\d+)?")
_FRENCH_DAY = re.compile(r"\d{2}/\d{2}/\d{4}")
_RESERVED = {";": "le point-virgule sépare les colonnes", '"': "le guillemet droit entoure les cellules"}
_HUNDRED = Decimal(100)
_ROLE_OF_TYPE = {word: sheet for sheet, word in ROLE_SHEETS.items()}


@dataclass(frozen=True)
class Fault:
    """A rule broken: by which field, of whom, with which value. `is_remark`: worth a look, no reason to refuse."""

    where: str
    rule: str
    article: str
    value: str | None = None
    is_missing: bool = False
    is_remark: bool = False

    def __str__(self) -> str:
        written = "" if self.value is None else f", valeur « {self.value} »"
        return f"{self.where}{written} : {self.rule} (convention {self.article})."


class NotConform(Exception):  # noqa: N818 - the word of the convention (§4.4.2.1)
    """An Annexe 2 that breaks rules is not written; `faults` are those that are no mere remarks."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def check_name(name: str) -> list[Fault]:
    """Return the faults of a file's name: number or short name, day of sending, annexe; 50 characters at most."""
    article = ARTICLES["xlsx" if name.endswith(".xlsx") else "csv"]
    faults = []
    found = _NAME.fullmatch(name)
    if found is None or not _is_day(found["day"], "%Y%m%d"):
        wanted = "ACC… ou nom de l'opération, puis _AAAAMMJJ_ANNEXE2.1.xlsx, 2.11.csv ou 2.12.csv"
        faults.append(Fault("Nom du fichier", f"attendu : {wanted}", article, name))
    if len(name) > LONGEST_NAME:
        faults.append(
            Fault("Nom du fichier", f"{len(name)} caractères, {LONGEST_NAME} au plus sont permis", article, name)
        )
    return faults


def check_labels(content: bytes, on: date, part: Literal["operation", "participant"]) -> list[Fault]:
    """Return what is wrong with the encoding and the labels of a csv, which must be those printed, to the letter."""
    article = ARTICLES["csv"]
    faults = []
    if not content.isascii() and _is_utf8(content):
        faults.append(Fault("Encodage", "le fichier est en UTF-8, ISO-8859-1 est attendu", article))
    lines = text.rows(text.decode(content))
    if part == "operation":
        labels = [one.label for one in layout(on).of(*OPERATION_PARTS)]
        written = [(f"Ligne {line}", cells[0]) for line, cells in lines]
    else:
        labels = [one.label for one in layout(on).of(PARTICIPANT)]
        written = [("Ligne 1", cell) for cell in text.without_trailing(lines[0][1])] if lines else []
        absent = [label for label in labels if label not in {cell for _, cell in written}]
        faults += [Fault("Ligne 1", f"colonne « {label} » absente", article) for label in absent]
    by_plain = {text.plain(label): label for label in labels}
    for where, cell in written:
        if cell not in labels:
            near = by_plain.get(text.plain(cell))
            rule = f"libellé à écrire « {near} »" if near else "libellé inconnu"
            faults.append(Fault(where, rule, article, cell))
    return faults


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def check(found: Declaration, on: date, form: Form) -> list[Fault]:
    """Return every rule that a whole Annexe 2 breaks, in the order of its fields then of its participants."""
    return check_operation(found, on, form) + check_participants(
        found, on, form, is_static=found.fields.get(KEY_TYPE_FIELD) == KEY_TYPE_WORDS["static"]
    )


def check_operation(found: Declaration, on: date, form: Form) -> list[Fault]:
    """Return the faults of the operation, of the organiser, and of the agent if there is one."""
    has_agent = any(one.label in found.fields for one in layout(on).of("agent"))
    faults = []
    for one in layout(on).of(*OPERATION_PARTS):
        label = one.label if form == "csv" else _on_sheet(one, "operation")
        line = found.field_lines.get(one.label)
        where = label if line is None else f"{label}, ligne {line}"
        obligation = one.obligation if form == "csv" else one.obligation_xlsx
        wanted = "always" if obligation == "agent" and has_agent else obligation
        faults += _check_value(one, found.fields.get(one.label, ""), wanted, where, form)
    return faults


def _on_sheet(one: Field, sheet: str) -> str:
    suffix = " (mandataire)" if one.part == "agent" else ""
    return f"{one.sheet_labels.get(sheet, one.label)}{suffix}"


def check_participants(found: Declaration, on: date, form: Form, is_static: bool | None) -> list[Fault]:
    """Return the faults of the participants. `is_static`: whether keys are static, None when the file cannot tell."""
    article = ARTICLES[form]
    faults = [] if found.participants else [Fault("Participants", "aucun participant", article)]
    seen: set[tuple[str, str]] = set()
    total = Decimal(0)
    lines: Sequence[int | None] = found.participant_lines or [None] * len(found.participants)
    for line, row in zip(lines, found.participants, strict=True):
        kind, prm = row.get("TYPE", ""), row.get("PRM", "")
        who = f"{kind} {prm or row.get('RACCO', '')}".strip() + ("" if line is None else f", ligne {line}")
        role = _ROLE_OF_TYPE.get(kind, "")
        if (kind, prm) in seen and prm:
            faults.append(Fault(f"PRM de {who}", "participant déclaré deux fois", article, prm))
        seen.add((kind, prm))
        for one in layout(on).of(PARTICIPANT):
            if form == "xlsx" and role not in one.sheet_labels and one.sheet_labels:
                continue
            label = one.label if form == "csv" else _on_sheet(one, role)
            wanted = _obligation(one.obligation, row, role, is_static)
            faults += _check_value(one, row.get(one.label, ""), wanted, f"{label} de {who}", form)
        if prm and row.get("RACCO"):
            rule = "le numéro de raccordement ne sert que tant que le PRM est inconnu"
            faults.append(Fault(f"RACCO de {who}", rule, article, row["RACCO"], is_remark=True))
        if role == "consumer" and _PERCENT.fullmatch(share := row.get("COEF_STATIC", "")):
            total += Decimal(share.replace(",", "."))
    if total > _HUNDRED:
        written = f"{total.normalize():f}".replace(".", ",")
        faults.append(Fault("COEF_STATIC", "la somme des coefficients statiques dépasse 100 %", "§4.3.2", written))
    return faults


def _obligation(printed: str, row: Mapping[str, str], role: str, is_static: bool | None) -> str:
    """Return always, never or asked: the condition of an obligation decided for a participant."""
    holds = {
        "no_racco": "RACCO" not in row,
        "static": bool(is_static) and role == "consumer",
        "producer": role == "producer",
    }
    return printed if printed not in holds else ("always" if holds[printed] else "never")


def _check_value(one: Field, value: str, obligation: str, where: str, form: Form) -> list[Fault]:
    article = ARTICLES[form]
    if not value:
        if obligation == "always":
            return [Fault(where, "champ obligatoire, à remplir", article, is_missing=True)]
        if obligation == "asked":
            return [Fault(where, "champ demandé, laissé vide", article, is_missing=True, is_remark=True)]
        return []
    broken = [rule(one, value) for rule in (_RULES[one.type], _length, _control_characters)]
    if form == "csv":
        broken.append(_csv_characters(value))
    return [Fault(where, rule, article, value) for rule in broken if rule]


def _length(one: Field, value: str) -> str | None:
    counted = value.replace(" ", "") if one.type == "phone" else value
    if one.length is None or len(counted) <= one.length:
        return None
    return f"{len(counted)} caractères, {one.length} au plus sont permis"


def _control_characters(_: Field, value: str) -> str | None:
    bad = next((letter for letter in value if unicodedata.category(letter) == "Cc"), None)
    return None if bad is None else f"caractère de contrôle interdit (U+{ord(bad):04X}, retour à la ligne par exemple)"


def _csv_characters(value: str) -> str | None:
    for letter in value:
        if letter in _RESERVED:
            return f"caractère « {letter} » interdit : {_RESERVED[letter]}"
        if ord(letter) > 0xFF:
            return f"caractère « {letter} » (U+{ord(letter):04X}) absent d'ISO-8859-1"
    return None


def _choice(one: Field, value: str) -> str | None:
    if value in one.choices:
        return None
    near = next((choice for choice in one.choices if text.plain(choice) == text.plain(value)), None)
    if near:
        return f"à écrire « {near} », comme dans la liste"
    return f"valeur hors de la liste ({' ; '.join(one.choices)})"


def _number_of_company(_: Field, value: str) -> str | None:
    if re.fullmatch(r"\d{14}", value):
        return None if siret.is_valid(value) else "SIRET faux : sa clé de contrôle n'est pas la bonne"
    if _RNA.fullmatch(value) or _AMALIA.fullmatch(value):
        return None
    return "SIRET de 14 chiffres, RNA (W et 8 ou 9 chiffres) ou numéro AMALIA attendu"


def _share(_: Field, value: str) -> str | None:
    if _PERCENT.fullmatch(value) and Decimal(value.replace(",", ".")) <= _HUNDRED:
        return None
    return "nombre de 0 à 100 attendu, décimales après une virgule"


def _day(_: Field, value: str) -> str | None:
    is_day = _FRENCH_DAY.fullmatch(value) and _is_day(value, "%d/%m/%Y")
    return None if is_day else "date JJ/MM/AAAA attendue"


def _is_day(written: str, form: str) -> bool:
    try:
        datetime.strptime(written, form)  # noqa: DTZ007
    except ValueError:
        return False
    return True


def _matching(pattern: re.Pattern[str], rule: str) -> Callable[[Field, str], str | None]:
    return lambda _, value: None if pattern.fullmatch(value) else rule


_RULES: Mapping[str, Callable[[Field, str], str | None]] = {
    "text": lambda _, __: None,
    "phone": lambda _, __: None,
    "list": _choice,
    "date": _day,
    "siret_rna": _number_of_company,
    "percent": _share,
    "post_code": _matching(re.compile(r"\d{5}"), "code postal de 5 chiffres attendu"),
    "email": _matching(_MAIL, "adresse électronique attendue, avec un @ et un point"),
    "prm": _matching(re.compile(r"\d{14}"), "PRM de 14 chiffres attendu"),
    "power": _matching(_POWER, "puissance en kW attendue, un nombre positif"),
}
