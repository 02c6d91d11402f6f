"""Marts of the operations: who takes part, keys, energies of each period, steps, what explains a split."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.computed import OPERATION_PERIOD
from energy_pipeline.tables.model import Column, Table

PERIOD = (c.OPERATION_ID, c.PERIOD_START, c.PERIOD_END, c.MONTH)
"""What every row about a period starts with."""

_KEY_TYPE_USED = next(column for column in OPERATION_PERIOD.columns if column.name == "key_type_used")
_STEPS = tuple(
    column for column in OPERATION_PERIOD.columns if column.name.startswith(("default_steps", "steps_", "key_source"))
)
_PUBLISHED_SOURCE = Column(
    "published_source",
    "VARCHAR",
    "Where the published values come from",
    nullable=True,
    allowed=("curve", "energy", "synthesis"),
)


def _with_published(*columns: Column) -> tuple[Column, ...]:
    """Return each column followed by its twin, what Enedis published."""
    return tuple(
        twin
        for column in columns
        for twin in (
            column,
            column.named(f"published_{column.name}", f"{column.description}: published by Enedis").optional(),
        )
    )


OPERATION = Table(
    "marts",
    "operation",
    "Operations of collective self-consumption.",
    (
        c.OPERATION_ID,
        c.NAME,
        Column("organiser", "VARCHAR", "Personne morale organisatrice (PMO)", nullable=True),
        Column("organiser_siret_rna", "VARCHAR", "SIRET or RNA of the organiser", nullable=True),
        Column("commune", "VARCHAR", "Main commune", nullable=True),
        Column("post_code", "VARCHAR", "Post code of the main commune", nullable=True),
        c.KEY_TYPE,
        Column("anniversary_day", "INTEGER", "Day of the month on which the last known period starts", nullable=True),
        Column("start_date", "DATE", "Start of the operation", nullable=True),
        Column("recipients", "JSON", "Addresses of the report by role", nullable=True),
        Column("settings", "JSON", "Fields of Annexe 2 as last declared, by their csv label", nullable=True),
    ),
    key=("operation_id",),
    source="Convention §4, §11.2",
)

_EMAIL = Column("email", "VARCHAR", "Address of the holder as declared", nullable=True)
_POWER_KW = Column("power_kw", "DOUBLE", "Power of the installation of a producer", unit="kW", nullable=True)
_INSTALLATION = Column("installation", "VARCHAR", "Type of the installation of a producer", nullable=True)

PARTICIPANT = Table(
    "marts",
    "participant",
    "Stays of the PRMs in the operations, half-open: [valid_from, valid_to).",
    (
        c.OPERATION_ID,
        c.PRM,
        c.ROLE,
        c.VALID_FROM,
        c.VALID_TO,
        c.NAME,
        c.ADDRESS,
        c.SIRET_RNA,
        _EMAIL,
        _POWER_KW,
        _INSTALLATION,
        Column(
            "role_source",
            "VARCHAR",
            "How the role is known: Annexe 2, or the series of the curves",
            allowed=("annexe2", "curves"),
        ),
    ),
    key=("operation_id", "prm", "role", "valid_from"),
    source="Convention §3, §11.6.1.2",
)

AWAITED_PARTICIPANT = Table(
    "marts",
    "awaited_participant",
    "Participants of the latest Annexe 2 that have no PRM yet, known by their request for a connection.",
    (
        c.OPERATION_ID,
        Column("connection_request", "VARCHAR", "RACCO: number of the request"),
        c.ROLE,
        c.NAME,
        c.ADDRESS,
        c.SIRET_RNA,
        _EMAIL,
        _POWER_KW,
        _INSTALLATION,
        c.SHARE.optional(),
        Column("declared_on", "DATE", "Day of the declaration"),
    ),
    key=("operation_id", "connection_request", "role"),
    source="Convention §11.2.1",
)

DISTRIBUTION_KEY = Table(
    "marts",
    "distribution_key",
    "Static keys (Annexe 2.12), and the mean over the period of dynamic ones (Annexe 5).",
    (
        c.OPERATION_ID,
        c.CONSUMER_PRM,
        c.PRODUCER_PRM.optional(),
        c.VALID_FROM,
        c.VALID_TO,
        Column("key_type", "VARCHAR", "Type of the key", allowed=c.KEY_TYPES),
        c.SHARE,
        Column("source_file", "VARCHAR", "Path of the file that declares it"),
    ),
    source="Convention §4, §11.5",
)

OPERATION_MONTH = Table(
    "marts",
    "operation_month",
    "Indicators of an operation's period.",
    (
        *PERIOD,
        c.KEY_TYPE,
        _KEY_TYPE_USED,
        *_STEPS,
        *_with_published(
            c.energy("consumption_kwh", "Consumption of the consumers"),
            c.energy("production_kwh", "Injection of the producers"),
            c.energy("self_consumption_kwh", "Production shared and consumed"),
            c.energy("complement_kwh", "Consumption less self-consumption: what suppliers sell"),
            c.energy("surplus_kwh", "Production less self-consumption"),
            c.rate("self_consumption_rate", "Taux d'autoconsommation: self-consumption / production"),
            c.rate("self_production_rate", "Taux d'autoproduction: self-consumption / consumption"),
            c.rate("coverage_rate", "Taux de couverture: production / consumption"),
        ),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start"),
    source="Convention §11.6.1.3",
)

CONSUMER_MONTH = Table(
    "marts",
    "consumer_month",
    "Energies of a consumer over a period.",
    (
        *PERIOD,
        c.PRM,
        *_with_published(
            c.energy("consumption_kwh", "Consumption"),
            c.energy("self_consumption_kwh", "Self-consumption"),
            c.energy("complement_kwh", "Complement: what the supplier may bill as energy"),
        ),
        c.rate("self_production_rate", "Self-consumption / consumption"),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §11.6.1.3",
)

CONSUMER_SLOT_MONTH = Table(
    "marts",
    "consumer_slot_month",
    "Energies of a consumer over a period, per time slot of its supplier.",
    (
        *PERIOD,
        c.PRM,
        c.SLOT,
        Column(
            "slot_source", "VARCHAR", "How the hours of the slot are known",
            allowed=("published", "declared", "inferred"),
        ),
        Column("off_peak_hours", "VARCHAR", "Off-peak hours, local time, declared or inferred; NULL if not known",
               nullable=True),
        *_with_published(
            c.energy("consumption_kwh", "Consumption"),
            c.energy("self_consumption_kwh", "Self-consumption"),
            c.energy("complement_kwh", "Complement"),
        ),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm", "slot"),
    source="Convention §11.6.1.3",
)  # fmt: skip

PRODUCER_MONTH = Table(
    "marts",
    "producer_month",
    "Energies of a producer over a period.",
    (
        *PERIOD,
        c.PRM,
        *_with_published(
            c.energy("production_kwh", "Injection"),
            c.energy("self_produced_kwh", "Part shared with the consumers"),
            c.energy("surplus_kwh", "Part left: surplus"),
        ),
        c.rate("self_consumption_rate", "Self-produced / production"),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §11.6.1.3",
)

EXCHANGE_MONTH = Table(
    "marts",
    "exchange_month",
    "What each producer gave to each consumer over a period.",
    (
        *PERIOD,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        *_with_published(c.energy("energy_kwh", "Energy shared")),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "producer_prm", "consumer_prm"),
    source="Convention §11.6.1.1, §11.7",
)

EXCHANGE_CURVE = Table(
    "marts",
    "exchange_curve",
    "What each producer gave to each consumer at each step, where producers have keys of their own: the macro "
    "`exchange_step` reads it there, and deduces it from `curve` where they share theirs.",
    (
        *PERIOD,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        c.STEP_MINUTES,
        Column("power_w", "DOUBLE[]", "Pij* of each step; the first is that of 00:00 on period_start", unit="W"),
    ),
    key=("operation_id", "period_start", "producer_prm", "consumer_prm"),
    source="Convention §11.7.2, §11.7.3",
)

SPLIT_EXPLANATION = Table(
    "marts",
    "split_explanation",
    "Where the published split differs from ours: each hypothesis tested to explain it, the best first.",
    (
        *PERIOD,
        Column("rank", "INTEGER", "1 for the hypothesis that leaves the least unexplained", minimum=1),
        Column(
            "hypothesis",
            "VARCHAR",
            "What Enedis may have done otherwise",
            allowed=(
                "other_keys",
                "default_keys",
                "participant",
                "stay",
                "shifted_hour",
                "week_before",
                "truncation",
            ),
        ),
        Column("description", "VARCHAR", "The same in French, with keys, participant, day or hour"),
        Column(
            "residual_kwh",
            "DOUBLE",
            "Self-consumption that the hypothesis leaves unexplained, beyond truncation to the watt",
            unit="kWh",
            minimum=0,
        ),
        Column(
            "difference_kwh", "DOUBLE", "The same for our own split: what is to be explained", unit="kWh", minimum=0
        ),
    ),
    key=("operation_id", "period_start", "rank"),
    source="Convention §4, §5.2.3, §11.7",
)

CURVE = Table(
    "marts",
    "curve",
    "Each step of each participant: measured, recomputed, published. Without any production curve of the period, what "
    "the consumers received is not known: NULL, as in `consumer_month`.",
    (
        *PERIOD,
        c.PRM,
        c.ROLE,
        Column("step_start", "TIMESTAMPTZ", "Instant at which the step starts"),
        c.STEP_MINUTES,
        c.power("consumption_w", "Consumption (consumers)"),
        c.power("production_w", "Injection (producers)"),
        c.power("self_consumption_w", "Self-consumption of a consumer; self-produced part of a producer"),
        c.power("complement_w", "Complement (consumers)"),
        c.power("surplus_w", "Surplus (producers)"),
        c.power("published_self_consumption_w", "Published self-consumption, or self-produced part"),
        c.power("published_complement_w", "Published complement (consumers)"),
        c.power("published_surplus_w", "Published surplus (producers)"),
        Column("quality", "VARCHAR", "How the measured value is known", allowed=c.QUALITIES),
    ),
    key=("operation_id", "prm", "role", "step_start"),
    source="Convention §11.6, §11.7",
)
