"""Tables of the schema `computed`: dense arrays that the marts are made of, one row per curve.

An array covers the whole period: index 0 is the first step of `period_start` (00:00, Europe/Paris). Outside the
participant's stay its values are NULL and its quality is 0 ("not a participant").
"""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.reductions import REDUCED, REDUCTIONS

QUALITY_CODES = {"measured": 1, "estimated_linear": 2, "estimated_week_before": 3, "suspect": 4, "missing": 5}
"""Codes of `quality`; 0 stands for a step at which the PRM is not a participant."""


def watts(name: str, description: str, nullable: bool = False) -> Column:
    """Return a column holding one array of mean power, a value per step."""
    return Column(name, "DOUBLE[]", description, unit="W", nullable=nullable)


OPERATION_PERIOD = Table(
    "computed",
    "operation_period",
    "An operation's period: its grid, and the keys that the computation used.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PERIOD_END,
        c.MONTH,
        c.STEP_MINUTES,
        c.KEY_TYPE,
        Column(
            "key_type_used",
            "VARCHAR",
            "Type of keys that the computation used; NULL when no key is known",
            nullable=True,
            allowed=(*c.KEY_TYPES, "mixed"),
        ),
        Column("key_source", "VARCHAR", "Where the keys come from: file name, or the hypothesis kept", nullable=True),
        Column("default_steps", "INTEGER", "Steps to which default keys were applied", nullable=True, minimum=0),
        Column("steps_expected", "INTEGER", "Steps × participants present", minimum=0),
        Column("steps_estimated", "INTEGER", "Of these, estimated", minimum=0),
        Column("steps_missing", "INTEGER", "Of these, without any value", minimum=0),
        Column("digest", "VARCHAR", "Of the curves: a publication replaces those that changed", nullable=True),
    ),
    key=("operation_id", "period_start"),
)

CURVE = Table(
    "computed",
    "curve",
    "A participant's period in one role: measured, recomputed, and published beside.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRM,
        c.ROLE,
        c.STEP_MINUTES,
        Column("quality", "UTINYINT[]", "Code of each step; 0: not a participant"),
        watts("measured_w", "Consumption of a consumer, production of a producer; estimates included"),
        watts("self_consumption_w", "Recomputed: Σi Pij* of a consumer; Σj Pij* of a producer", nullable=True),
        watts("remainder_w", "Recomputed: complement of a consumer, surplus of a producer", nullable=True),
        watts("published_self_consumption_w", "Published by Enedis: autoconsommée, or autoproduite", nullable=True),
        watts("published_remainder_w", "Published by Enedis: complement, or surplus", nullable=True),
    ),
    key=("operation_id", "period_start", "prm", "role"),
    source="Convention §11.7",
)

EXCHANGE = Table(
    "computed",
    "exchange",
    "Energy that a producer gave to a consumer over the period, recomputed.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        c.energy("energy_kwh", "Σ over the steps of Pij*"),
    ),
    key=("operation_id", "period_start", "producer_prm", "consumer_prm"),
    source="Convention §11.7",
)

SLOT_ENERGY = Table(
    "computed",
    "slot_energy",
    "A consumer's energies per time slot, recomputed; NULL where the hours of the slot are not known.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRM,
        c.SLOT,
        Column(
            "slot_source",
            "VARCHAR",
            "How the hours of the slot are known: the only slot, the site list, or inferred from the energy files",
            allowed=("published", "declared", "inferred"),
        ),
        Column(
            "off_peak_hours",
            "VARCHAR",
            "Off-peak hours behind the energies; NULL for BASE or if not known",
            nullable=True,
        ),
        c.energy("consumption_kwh", "Consumption in the slot"),
        c.energy("self_consumption_kwh", "Self-consumption in the slot"),
        c.energy("complement_kwh", "Complement in the slot"),
    ),
    key=("operation_id", "period_start", "prm", "slot"),
)

ISSUE = Table(
    "computed",
    "issue",
    "What the computation noticed about an operation's inputs: becomes a finding.",
    (
        Column("check_name", "VARCHAR", "Check of the catalogue"),
        c.OPERATION_ID,
        c.PRM.optional(),
        c.ROLE.optional(),
        c.PERIOD_START,
        c.PERIOD_END,
        Column("expected", "DOUBLE", "Value expected", nullable=True),
        Column("observed", "DOUBLE", "Value observed", nullable=True),
        Column("unit", "VARCHAR", "Unit of both", nullable=True),
        c.EVIDENCE,
        Column("message", "VARCHAR", "In French, for the reader of the report"),
    ),
)

INPUT = Table(
    "computed",
    "input",
    "What the split of an operation's month was computed from: while nothing of it changes, it is not computed again.",
    (c.MONTH, c.OPERATION_ID, Column("digest", "VARCHAR", "Of the files, the declarations, the keys and the program")),
    key=("month", "operation_id"),
)

TABLES = (OPERATION_PERIOD, CURVE, EXCHANGE, SLOT_ENERGY, *REDUCTIONS, REDUCED, ISSUE, INPUT)
