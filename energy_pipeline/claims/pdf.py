"""A letter as a PDF: typst, with its own fonts. The same letter gives the same bytes."""

import json
from functools import cache
from typing import Any

import typst

from energy_pipeline.claims.compose import TEMPLATES
from energy_pipeline.claims.model import Block, Letter, Table
from energy_pipeline.claims.text import runs

EPOCH = 946_684_800
"""Seconds of 1 January 2000: the date that the file bears whatever the hour; the letter's own is in its text."""


def render(letter: Letter) -> bytes:
    """Return the bytes of the PDF. No font of the machine, no network, no clock."""
    told = {
        "sender": letter.sender,
        "recipient": letter.recipient,
        "delivery": letter.delivery,
        "place_and_date": letter.place_and_date,
        "subject": letter.subject,
        "footer": f"{letter.sender[0]} – {letter.subject}",
        "references": [{"label": label, "value": value} for label, value in letter.references],
        "body": [_block(block) for block in letter.body],
        "signature": letter.signature,
        "attachments": letter.attachments,
        "annex": [_block(block) for block in letter.annex],
    }
    pdf: bytes = typst.compile(
        _template(), ignore_system_fonts=True, format="pdf", sys_inputs={"letter": json.dumps(told)}, timestamp=EPOCH
    )
    return pdf


@cache
def _template() -> bytes:
    return (TEMPLATES / "letter.typ").read_bytes()


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        columns = [{"header": column.header, "align": column.align, "width": column.width} for column in block.columns]
        return {"kind": "table", "columns": columns, "rows": block.rows, "total": block.total}
    parts = [{"text": text, "bold": bold} for text, bold in runs(block.text)]
    return {"kind": block.kind, "runs": parts, "announces": block.text.endswith(":")}
