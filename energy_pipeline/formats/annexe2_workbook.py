"""Writing Annexe 2.1 as a workbook (convention §11.2.1.1): three sheets, drop-downs, marks and comments."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from energy_pipeline.formats import annexe2_rules
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, ROLE_SHEETS, Field, Layout, layout
from energy_pipeline.formats.annexe2_write import refuse

ROWS_READY = 200
"""Rows of a list of participants with their drop-downs, beyond those filled in."""
_LISTS_COLUMN = 7
"""Column H of the first sheet, hidden: a list typed in a drop-down is limited to 255 characters, a range is not."""
MARK = " *"
MANDATORY = ("always", "asked", "no_racco", "producer")
"""Obligations that the mark tells: those of an agent or of static keys are in the comment of the cell."""
_PREAMBLE = (
    "Annexe 2.1 – Périmètre des participants à l'opération d'autoconsommation collective",
    "Les champs marqués * sont obligatoires. Une marque rouge au coin d'une cellule : précisions au survol.",
    "Dates : JJ/MM/AAAA. PRM : 14 chiffres, au format texte. Choisir dans les listes déroulantes.",
    "Nom du fichier : ACC0000XXXX ou nom de l'opération, puis _AAAAMMJJ_ANNEXE2.1.xlsx, 50 caractères au plus.",
)


Choices = tuple[str, ...]


@dataclass(frozen=True)
class _Look:
    """What the sheets share: formats, and the range that holds each closed list."""

    lists: dict[Choices, str]
    title: Format
    label: Format
    text: Format
    missing: Format
    day: Format
    share: Format

    def cell(self, one: Field) -> Format:
        return {"date": self.day, "percent": self.share}.get(one.type, self.text)


def write(found: Declaration, sent_on: date, *, to_complete: bool = False) -> bytes:
    """Return the workbook, the same bytes for the same declaration. Raises NotConform.

    `to_complete`: mandatory fields may be empty; their cells are coloured, for the organiser to fill in by hand.
    A mail of a consumer is not written: its sheet has no such column.
    """
    faults = annexe2_rules.check(found, sent_on, "xlsx")
    refuse(fault for fault in faults if not (to_complete and fault.is_missing))
    wanted = layout(sent_on)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": datetime.combine(sent_on, time())})
    first = book.add_worksheet(wanted.sheets["operation"])
    box = {"border": 1, "border_color": "#8A94A6", "valign": "vcenter"}
    look = _Look(
        lists=_lists(first, wanted),
        title=book.add_format({"bold": True, "font_size": 12, "bottom": 2}),
        label=book.add_format({**box, "bold": True, "text_wrap": True, "bg_color": "#E8EDF4"}),
        text=book.add_format({**box, "num_format": "@"}),
        missing=book.add_format({**box, "num_format": "@", "bg_color": "#FFE699"}),
        day=book.add_format({**box, "num_format": "dd/mm/yyyy", "align": "left"}),
        share=book.add_format({**box, "num_format": "0.00####"}),
    )
    _first_sheet(first, wanted, found, look)
    for role, word in ROLE_SHEETS.items():
        rows = [row for row in found.participants if row.get("TYPE") == word]
        _participants(book.add_worksheet(wanted.sheets[role]), wanted.on_sheet(role), role, rows, look)
    book.close()
    return buffer.getvalue()


def _first_sheet(sheet: Worksheet, wanted: Layout, found: Declaration, look: _Look) -> None:
    """Write the four tables."""
    sheet.set_column(0, 0, 84)
    sheet.set_column(1, 1, 60)
    _fit_on_paper(sheet)
    for line, words in enumerate(_PREAMBLE):
        sheet.write_string(line, 0, words, look.title if line == 0 else None)
    has_agent = any(one.label in found.fields for one in wanted.of("agent"))
    line = len(_PREAMBLE) + 1
    for part in OPERATION_PARTS:
        sheet.write_string(line, 0, wanted.titles[part], look.title)
        sheet.write_blank(line, 1, None, look.title)
        for place, one in enumerate(wanted.of(part), start=line + 1):
            is_mandatory = one.obligation_xlsx in MANDATORY
            sheet.write_string(place, 0, one.sheet_labels["operation"] + MARK * is_mandatory, look.label)
            _comment(sheet, place, 0, one)
            is_wanted = is_mandatory or (one.obligation == "agent" and has_agent)
            _write(sheet, (place, 1), one, found.fields.get(one.label, ""), look, is_wanted=is_wanted)
            _rule(sheet, (place, 1, place, 1), one, look)
        line += len(wanted.of(part)) + 2


def _lists(sheet: Worksheet, wanted: Layout) -> dict[Choices, str]:
    """Write the closed lists in the hidden column; return the range of each."""
    sheet.set_column(_LISTS_COLUMN, _LISTS_COLUMN, None, None, {"hidden": True})
    ranges: dict[Choices, str] = {}
    line = 0
    for choices in dict.fromkeys(one.choices for one in wanted.fields if one.choices and one.sheet_labels):
        for place, choice in enumerate(choices):
            sheet.write_string(line + place, _LISTS_COLUMN, choice)
        column = chr(ord("A") + _LISTS_COLUMN)
        ranges[choices] = f"='{sheet.get_name()}'!${column}${line + 1}:${column}${line + len(choices)}"
        line += len(choices)
    return ranges


def _participants(
    sheet: Worksheet,
    fields: Sequence[Field],
    role: str,
    rows: Sequence[Mapping[str, str]],
    look: _Look,
) -> None:
    sheet.set_row(0, 80)
    sheet.freeze_panes(1, 1)
    _fit_on_paper(sheet)
    last = len(rows) + ROWS_READY
    for column, one in enumerate(fields):
        sheet.set_column(column, column, 26, look.cell(one))
        is_mandatory = one.obligation_xlsx in MANDATORY
        sheet.write_string(0, column, one.sheet_labels[role] + MARK * is_mandatory, look.label)
        _comment(sheet, 0, column, one)
        _rule(sheet, (1, column, last, column), one, look)
        for line, row in enumerate(rows, start=1):
            is_wanted = is_mandatory and not (one.obligation == "no_racco" and "RACCO" in row)
            _write(sheet, (line, column), one, row.get(one.label, ""), look, is_wanted=is_wanted)


def _write(sheet: Worksheet, cell: tuple[int, int], one: Field, value: str, look: _Look, *, is_wanted: bool) -> None:
    """Write a value with the type of its field; an empty cell that should be filled in is coloured."""
    if not value:
        sheet.write_blank(*cell, None, look.missing if is_wanted else look.cell(one))
    elif one.type == "date":
        sheet.write_datetime(*cell, datetime.strptime(value, "%d/%m/%Y"), look.day)  # noqa: DTZ007
    elif one.type == "percent":
        sheet.write_number(*cell, float(value.replace(",", ".")), look.share)
    else:
        sheet.write_string(*cell, value, look.text)


def _fit_on_paper(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _comment(sheet: Worksheet, line: int, column: int, one: Field) -> None:
    if one.help:
        sheet.write_comment(line, column, one.help, {"x_scale": 2})


def _rule(sheet: Worksheet, cells: tuple[int, int, int, int], one: Field, look: _Look) -> None:
    """Attach a drop-down to a closed list, and bounds to a share."""
    if one.choices:
        sheet.data_validation(*cells, {"validate": "list", "source": look.lists[one.choices]})
    elif one.type == "percent":
        sheet.data_validation(
            *cells,
            {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
             "error_title": "Coefficient", "error_message": "Un nombre de 0 à 100."},
        )  # fmt: skip
