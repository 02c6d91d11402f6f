"""A letter as a .docx, to be completed and signed. The same letter gives the same bytes."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from energy_pipeline.claims.model import Block, Letter, Table
from energy_pipeline.claims.text import runs

FONT = "Times New Roman"
WIDTH_CM = 16.6
RIGHT_CM = 9.0
SMALL, TINY = Pt(8), Pt(7.5)
CELL_MARGIN = "40"
"""Twentieths of a point."""
HEADER_FILL, RULE = "EEF2F7", "9CA3AF"
MADE_ON = datetime(2000, 1, 1)  # noqa: DTZ001
"""What the file says of its making, whatever the hour; the letter's own date is in its text."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def render(letter: Letter) -> bytes:
    """Return the bytes of the document."""
    document = Document()
    _set_up(document, letter)
    _lines(document.add_paragraph(), letter.sender, bold_first=True)
    recipient = document.add_paragraph()
    recipient.paragraph_format.space_before = Pt(10)
    for paragraph, lines in ((recipient, letter.recipient), (document.add_paragraph(), (letter.place_and_date,))):
        _lines(paragraph, lines)
        paragraph.paragraph_format.left_indent = Cm(RIGHT_CM)
    document.add_paragraph().add_run(letter.delivery).italic = True
    for label, value in (("Objet", letter.subject), *letter.references):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(f"{label}\u00a0: ").bold = label == "Objet"
        paragraph.add_run(value).bold = label == "Objet"
    paragraph.paragraph_format.space_after = Pt(14)
    _blocks(document, letter.body)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _signature(document, letter)
    first_of_annex = len(document.paragraphs)
    _blocks(document, letter.annex)
    if letter.annex:
        document.paragraphs[first_of_annex].paragraph_format.page_break_before = True
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_clock(buffer.getvalue())


def _set_up(document: DocumentObject, letter: Letter) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = letter.subject, letter.sender[0], ""
    properties.created = properties.modified = MADE_ON
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - WIDTH_CM) / 2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "fr-FR")
    normal.element.rPr.append(language)
    normal.paragraph_format.space_after = Pt(7)
    heading = document.styles["Heading 2"]
    heading.font.name, heading.font.size, heading.font.bold = FONT, Pt(11.5), True
    heading.font.color.rgb = RGBColor(0x1F, 0x29, 0x37)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        heading.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(10), Pt(4)
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{letter.sender[0]} – {letter.subject} – page ").font.size = TINY
    _page_number(footer)


def _page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), "15")
    properties = OxmlElement("w:rPr")
    properties.append(size)
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(properties)
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _lines(paragraph: Paragraph, lines: Iterable[str], *, bold_first: bool = False) -> None:
    for position, line in enumerate(lines):
        run = paragraph.add_run()
        if position:
            run.add_break()
        run.add_text(line)
        run.bold = bold_first and position == 0


def _blocks(document: DocumentObject, blocks: Iterable[Block]) -> None:
    for block in blocks:
        if isinstance(block, Table):
            _table(document, block)
            continue
        styles = {"heading": "Heading 2", "item": "List Bullet", "paragraph": "Normal"}
        paragraph = document.add_paragraph(style=styles[block.kind])
        if block.kind != "heading":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        # What announces a list or a table stays with it.
        paragraph.paragraph_format.keep_with_next = block.kind == "heading" or block.text.endswith(":")
        for text, bold in runs(block.text):
            paragraph.add_run(text).bold = bold or block.kind == "heading"


def _table(document: DocumentObject, table: Table) -> None:
    total = (table.total,) if table.total else ()
    made = document.add_table(rows=1 + len(table.rows) + len(total), cols=len(table.columns))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        for name, told in (("w", CELL_MARGIN), ("type", "dxa")):
            margin.set(qn(f"w:{name}"), told)
        margins.append(margin)
    made._tbl.tblPr.append(margins)
    whole = sum(column.width for column in table.columns)
    widths = [Cm(WIDTH_CM * column.width / whole) for column in table.columns]
    for grid, width in zip(made.columns, widths, strict=True):
        grid.width = width
    written = (tuple(column.header for column in table.columns), *table.rows, *total)
    # The cells of a table are found by a search of the whole row: listed once, or long tables take minutes.
    listed = list(made._cells)
    for row, values in enumerate(written):
        is_strong = row == 0 or (bool(total) and row == len(written) - 1)
        for position, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            cell = listed[row * len(table.columns) + position]
            cell.width = widths[position]
            _cell(cell, value, is_right=column.align == "right", is_bold=is_strong, is_header=row == 0)
    for position, made_row in enumerate(made.rows):
        properties = made_row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if position == 0:
            properties.append(OxmlElement("w:tblHeader"))
    for cell in listed[-2 * len(table.columns) : -len(table.columns)] if total else ():
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _cell(cell: _Cell, value: str, *, is_right: bool, is_bold: bool, is_header: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    if is_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _lines(paragraph, value.split("\n"))
    for run in paragraph.runs:
        run.font.size, run.bold = SMALL, is_bold
    properties = cell._tc.get_or_add_tcPr()
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "bottom") if is_header else ("bottom",):
        border = OxmlElement(f"w:{side}")
        for name, told in (("val", "single"), ("sz", "4"), ("color", RULE)):
            border.set(qn(f"w:{name}"), told)
        borders.append(border)
    properties.append(borders)
    if is_header:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), HEADER_FILL)
        properties.append(shade)


def _signature(document: DocumentObject, letter: Letter) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(RIGHT_CM)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(14), Pt(60)
    paragraph.paragraph_format.keep_with_next = True
    _lines(paragraph, letter.signature)
    if letter.attachments:
        document.add_paragraph().add_run("Pièces jointes\u00a0:").font.size = SMALL
        for text in letter.attachments:
            document.add_paragraph(style="List Bullet").add_run(text).font.size = SMALL


def _without_clock(data: bytes) -> bytes:
    """Return the archive with the same time for all its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
