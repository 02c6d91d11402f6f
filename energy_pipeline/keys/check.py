"""An Annexe 5 file before it is sent: everything for which Enedis would apply the default keys instead (§4.4.2.1)."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from energy_pipeline.formats import text
from energy_pipeline.formats.dynamic_keys import labels_of
from energy_pipeline.formats.dynamic_keys_write import FIRST_COLUMN, WHOLE, file_name, percent
from energy_pipeline.formats.model import BadFile
from energy_pipeline.periods import grid

_NAME = re.compile(r"(ACC\d{7,9})_(\d{1,2})_(\d{8})_(\d{8})\.txt")
_PRM = re.compile(r"\d{14}")
_PERCENT = re.compile(r"\d{1,3}(?:,\d{1,2})?")
_LABEL = "%d/%m/%Y %H:%M"


@dataclass(frozen=True)
class Expected:
    """What a key file must be about: an operation, a period, the consumers of the perimeter over it."""

    operation_id: str
    period_start: date
    period_end: date
    consumers: frozenset[str]

    @property
    def step_minutes(self) -> int:
        """15, or 30 for the periods before October 2024 (§11.5.1)."""
        return 15 if self.period_end >= grid.STEP_CHANGE else 30


def parse_name(name: str) -> tuple[str, int, date, date]:
    """Return the operation, the step and the period that a name says. Raises BadFile."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise BadFile("Nom de fichier invalide : ACC…_15_JJMMAAAA_JJMMAAAA.txt attendu.", value=name)
    try:
        start, end = (datetime.strptime(day, "%d%m%Y").date() for day in found.group(3, 4))  # noqa: DTZ007
    except ValueError as error:
        raise BadFile("Date impossible dans le nom du fichier : JJMMAAAA attendu.", value=name) from error
    if end < start:
        raise BadFile("La période du nom de fichier finit avant de commencer.", value=name)
    return found[1], int(found[2]), start, end


def check(name: str, content: bytes, expected: Expected) -> list[BadFile]:
    """Return every fault of a key file, with its line, column and value; none when it can be sent."""
    wanted = file_name(expected.operation_id, expected.period_start, expected.period_end, expected.step_minutes)
    faults = [] if name == wanted else [BadFile(f"Nom de fichier inattendu : {wanted} attendu.", value=name)]
    try:
        decoded = text.decode(content)
    except BadFile as fault:
        return [*faults, fault]
    if content[:3] == b"\xef\xbb\xbf":
        faults.append(BadFile("Marque d'ordre des octets (BOM) en tête du fichier : à enlever.", 1))
    lines = [line.rstrip("\r") for line in decoded.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return [*faults, BadFile("Le fichier est vide.")]
    consumers, of_header = _header(lines[0].split(";"), expected)
    body = _Body(consumers, labels_of(expected.period_start, expected.period_end, expected.step_minutes))
    for number, line in enumerate(lines[1:], start=2):
        body.read(number, line.split(";"))
    body.end(len(lines))
    return faults + of_header + body.faults


def _header(cells: Sequence[str], expected: Expected) -> tuple[list[str], list[BadFile]]:
    """Return the columns after the first, and the faults of the header."""
    faults = []
    columns = list(cells)
    if columns[0] != FIRST_COLUMN:
        faults.append(BadFile(f"En-tête : « {FIRST_COLUMN} » attendu.", 1, "1", columns[0]))
    if len(columns) > 1 and not columns[-1]:
        columns.pop()
        faults.append(BadFile("Point-virgule de trop en fin de ligne.", 1))
    consumers = columns[1:]
    seen: set[str] = set()
    for place, prm in enumerate(consumers, start=2):
        if not _PRM.fullmatch(prm):
            faults.append(BadFile("Numéro de PRM invalide : 14 chiffres attendus.", 1, str(place), prm))
        elif prm in seen:
            faults.append(BadFile("PRM en tête de deux colonnes.", 1, str(place), prm))
        elif prm not in expected.consumers:
            faults.append(BadFile("PRM absent du périmètre des consommateurs de la période.", 1, str(place), prm))
        seen.add(prm)
    faults += [
        BadFile("Consommateur du périmètre absent du fichier.", 1, None, prm)
        for prm in sorted(expected.consumers - seen)
    ]
    return consumers, faults


@dataclass
class _Body:
    """The lines after the header, read one by one against the labels that must follow one another."""

    consumers: list[str]
    labels: Sequence[datetime]
    faults: list[BadFile] = field(default_factory=list)
    position: int = 0

    def __post_init__(self) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, label in enumerate(self.labels):
            self._places[f"{label:{_LABEL}}"].append(place)

    def _fault(self, reason: str, line: int, column: str | None = None, value: str | None = None) -> None:
        self.faults.append(BadFile(reason, line, column, value))

    def read(self, line: int, cells: list[str]) -> None:
        """Check one line."""
        if cells == [""]:
            self._fault("Ligne vide.", line)
            return
        self._label(line, cells[0])
        if len(cells) == len(self.consumers) + 2 and not cells[-1]:
            self._fault("Point-virgule de trop en fin de ligne.", line)
            cells = cells[:-1]
        if len(cells) != len(self.consumers) + 1:
            self._fault(
                f"{len(self.consumers) + 1} colonnes attendues, {len(cells)} lues.", line, None, ";".join(cells)
            )
            return
        total = 0
        for prm, cell in zip(self.consumers, cells[1:], strict=True):
            if not _PERCENT.fullmatch(cell):
                self._fault("Pourcentage attendu, deux décimales au plus après une virgule.", line, prm, cell)
                continue
            whole, _, decimals = cell.partition(",")
            share = int(whole) * 100 + int(decimals.ljust(2, "0"))
            if share > WHOLE:
                self._fault("Coefficient supérieur à 100 %.", line, prm, cell)
            total += share
        if total > WHOLE:
            self._fault("La somme des coefficients dépasse 100 %.", line, None, percent(total))

    def _label(self, line: int, written: str) -> None:
        places = self._places.get(written)
        if places is None:
            self._fault("Horodate hors de la période ou du pas, ou mal écrite.", line, FIRST_COLUMN, written)
            return
        following = bisect_left(places, self.position)
        if following == len(places):
            self._fault("Horodate en double ou pas dans l'ordre.", line, FIRST_COLUMN, written)
            return
        found = places[following]
        if found > self.position:
            self._fault(f"{self._missing(self.position, found)} avant cette ligne.", line, FIRST_COLUMN, written)
        self.position = found + 1

    def end(self, line: int) -> None:
        """Check that the last line was the last step."""
        if self.position < len(self.labels):
            self._fault(f"{self._missing(self.position, len(self.labels))} à la fin du fichier.", line)

    def _missing(self, start: int, end: int) -> str:
        first = f"{self.labels[start]:{_LABEL}}"
        return f"Il manque le pas du {first}" if end == start + 1 else f"Il manque {end - start} pas depuis le {first}"
