"""Tables of the schema `computed` that the arrays are reduced to, once: comparing touches no step again."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.model import Column, Table

DAY = Column("day", "DATE", "Civil day")
DAY_ENERGIES = (
    c.energy("consumption_kwh", "Consumption"),
    c.energy("self_consumption_kwh", "Recomputed: Σi Pij*"),
    c.energy("complement_kwh", "Recomputed: complement"),
    c.energy("published_self_consumption_kwh", "Self-consumption that Enedis published"),
    c.energy("published_complement_kwh", "Complement that Enedis published"),
)

CONSUMER_DAY = Table(
    "computed",
    "consumer_day",
    "Energies of each consumer and day; NULL where a step of the day is unknown.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRM,
        DAY,
        *DAY_ENERGIES,
        Column(
            "producers_known",
            "INTEGER",
            "Producers whose curve covers the day; NULL where our split rests on a step without value: a producer's "
            "counts as nothing, which shares too little; under default keys a consumer's too, which leaves the others "
            "too much",
            nullable=True,
            minimum=0,
        ),
    ),
    key=("operation_id", "period_start", "prm", "day"),
)

CONSUMER_SLOT_DAY = Table(
    "computed",
    "consumer_slot_day",
    "The same in and out of the off-peak hours, of the consumers whose hours are known.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRM,
        DAY,
        Column("is_off_peak", "BOOLEAN", "Within the off-peak hours"),
        Column("slot_source", "VARCHAR", "How the hours are known: declared or inferred"),
        *DAY_ENERGIES,
        c.energy(
            "straddling_kwh",
            "Consumption of the steps within which the off-peak hours begin or end: it may be of either slot",
        ),
    ),
    key=("operation_id", "period_start", "prm", "day", "is_off_peak"),
)

SERIES_TOTAL = Table(
    "computed",
    "series_total",
    "Energy of each series over the period; NULL where a step of the stay is unknown.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PERIOD_END,
        c.PRM,
        c.ROLE,
        c.SERIES_COLUMN,
        c.energy("recomputed_kwh", "Of our curve; NULL too where we estimated inputs: Enedis may have otherwise"),
        c.energy("recomputed_margin_kwh", "What truncated watts may hide in it"),
        c.energy("published_kwh", "Of the curve that Enedis published"),
        c.energy("published_margin_kwh", "What truncated watts may hide in it"),
        Column("is_whole", "BOOLEAN", "Whether the point is a participant during the whole period"),
    ),
    key=("operation_id", "period_start", "prm", "role", "series"),
)

COMPARED_SPLIT = Table(
    "computed",
    "compared_split",
    "Our split beside the published one, of the participants of which some step can be compared.",
    (
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PRM,
        c.ROLE,
        c.energy("recomputed_kwh", "Self-consumption (a producer's self-produced part) over the steps compared"),
        c.energy("published_kwh", "The same, published"),
        Column("differs", "BOOLEAN", "Whether the two differ beyond the tolerance"),
        Column("first_step", "INTEGER", "Index in the grid of the first step that differs", nullable=True, minimum=0),
    ),
    key=("operation_id", "period_start", "prm", "role"),
)

REDUCED = Table(
    "computed",
    "reduced",
    "The periods whose curves are reduced, and the program that did it.",
    (c.OPERATION_ID, c.PERIOD_START, Column("made_by", "VARCHAR", "Digest of the program")),
    key=("operation_id", "period_start"),
)

REDUCTIONS = (CONSUMER_DAY, SERIES_TOTAL, COMPARED_SPLIT, CONSUMER_SLOT_DAY)
"""In the order of `reconciliation.Reduced`."""
