"""Writing Annexe 2 as csv (convention §11.2.1.2): 2.11 and 2.12, in ISO-8859-1, checked before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from energy_pipeline.formats import annexe2_rules
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, PARTICIPANT, layout
from energy_pipeline.formats.annexe2_rules import Fault, NotConform

ENCODING = "iso-8859-1"
_TYPOGRAPHY = str.maketrans(
    {"œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "–": "-", "—": "-", "“": "«", "”": "»", "…": "...", "\u202f": " ",
     '"': "'", ";": ","}
)  # fmt: skip
Annexe = Literal["2.1", "2.11", "2.12"]


def file_name(operation: str, sent_on: date, annexe: Annexe) -> str:
    """Return `ACC00000001_20251001_ANNEXE2.12.csv`; `operation` is its number, or its short name. Raises NotConform."""
    name = f"{operation}_{sent_on:%Y%m%d}_ANNEXE{annexe}.{'xlsx' if annexe == '2.1' else 'csv'}"
    refuse(annexe2_rules.check_name(name))
    return name


def refuse(faults: Iterable[Fault]) -> None:
    """Raise NotConform for the faults that are no mere remarks, if any."""
    if serious := [fault for fault in faults if not fault.is_remark]:
        raise NotConform(serious)


def without_typography(found: Declaration) -> Declaration:
    """Return a declaration whose values are on one line, in the signs that ISO-8859-1 and the csv have (oe, ', -)."""

    def plain(values: Mapping[str, str]) -> dict[str, str]:
        return {label: " ".join(value.translate(_TYPOGRAPHY).split()) for label, value in values.items()}

    return replace(found, fields=plain(found.fields), participants=tuple(map(plain, found.participants)))


def write_operation(found: Declaration, sent_on: date) -> bytes:
    """Return Annexe 2.11: `label;value` lines, the agent's only if there is an agent. Raises NotConform."""
    refuse(annexe2_rules.check_operation(found, sent_on, "csv"))
    wanted = layout(sent_on)
    has_agent = any(one.label in found.fields for one in wanted.of("agent"))
    parts = OPERATION_PARTS if has_agent else OPERATION_PARTS[:-1]
    return _encoded([(one.label, found.fields.get(one.label, "")) for one in wanted.of(*parts)])


def write_participants(found: Declaration, sent_on: date, *, is_static: bool, to_complete: bool = False) -> bytes:
    """Return Annexe 2.12: the printed header, then a participant a row. Raises NotConform.

    `to_complete`: mandatory fields may be empty, for the organiser to fill in before it is sent.
    """
    faults = annexe2_rules.check_participants(found, sent_on, "csv", is_static)
    refuse(fault for fault in faults if not (to_complete and fault.is_missing))
    labels = [one.label for one in layout(sent_on).of(PARTICIPANT)]
    rows = [[_protected(label, row.get(label, "")) for label in labels] for row in found.participants]
    return _encoded([labels, *rows])


def _protected(label: str, value: str) -> str:
    """Return a PRM that begins with 0 behind an apostrophe, as the convention asks."""
    return f"'{value}" if label == "PRM" and value.startswith("0") else value


def _encoded(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in rows).encode(ENCODING)
