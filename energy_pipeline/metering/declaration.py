"""What is known of an operation and of its participants, as the Annexe 2 that declares it (convention §11.2.1)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from energy_pipeline import french
from energy_pipeline.formats.annexe2 import KEY_TYPE_FIELD, KEY_TYPE_WORDS
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, PARTICIPANT, ROLE_SHEETS, layout


def declaration(
    operation: Mapping[str, Any],
    participants: Iterable[Mapping[str, Any]],
    awaited: Iterable[Mapping[str, Any]],
    sent_on: date,
) -> Declaration:
    """Return the Annexe 2 to send on a day.

    `operation`: a row of marts.operation; `participants`: rows of marts.participant, `awaited`: rows of
    marts.awaited_participant, both with `share`, a fraction, which only counts when the keys are static. The fields
    that the last Annexe 2 gave (`settings`) are kept, unless a column of the operation says otherwise.
    """
    fields = layout(sent_on).of(*OPERATION_PARTS)
    settings: dict[str, str] = json.loads(operation["settings"] or "{}")
    found = {one.label: settings[one.label] for one in fields if settings.get(one.label)}
    found |= {one.label: _written(operation[one.column]) for one in fields if one.column and operation[one.column]}
    if operation["key_type"]:
        found[KEY_TYPE_FIELD] = KEY_TYPE_WORDS[operation["key_type"]]
    is_static = operation["key_type"] == "static"
    return Declaration(
        {one.label: found[one.label] for one in fields if one.label in found},
        tuple(_participant(row, sent_on, is_static) for row in (*participants, *awaited)),
    )


def with_static_keys(found: Declaration, shares: Mapping[str, Decimal]) -> Declaration:
    """Return a declaration whose consumers have these static keys, in percent by PRM; 0 for those without any."""
    participants = (
        {**row, "COEF_STATIC": french.number(shares.get(row.get("PRM", ""), 0), 2)}
        if row["TYPE"] == ROLE_SHEETS["consumer"]
        else row
        for row in found.participants
    )
    return replace(found, participants=tuple(participants))


def _participant(row: Mapping[str, Any], sent_on: date, is_static: bool) -> dict[str, str]:
    told = dict(row) | {
        "type": ROLE_SHEETS[row["role"]],
        "share_percent": _percent(row["share"]) if is_static else None,
    }
    cells = ((one.label, told.get(one.column or "")) for one in layout(sent_on).of(PARTICIPANT))
    return {label: _written(value) for label, value in cells if value is not None and value != ""}


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


def _written(value: object) -> str:
    """Return a value as the csv writes it."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    return str(value).strip()
