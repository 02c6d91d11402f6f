"""No false alarm, whatever the operation: Enedis shares the true powers exactly, then truncates all it publishes.

We see the truncated powers only. The exact side is in fractions and shares no code with the pipeline.
"""

from datetime import date
from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.reconciliation.enedis_split import differing_periods
from energy_pipeline.reconciliation.energies import (
    energy_facts,
    exchange_facts,
    slot_energies,
    totals_of_files,
    with_operation_totals,
)
from energy_pipeline.reconciliation.synthesis import synthesis_facts
from energy_pipeline.tables import computed, landing
from energy_pipeline.tables.schemas import frame
from tests.unit.invoices.rows import landed
from tests.unit.reconciliation.frames import ACC, as_facts, curve, curves, period, periods, reduce

DAY = date(2025, 3, 30)
HOURS = 23
"""The day on which the clocks go forward."""
POWER = st.one_of(st.just(0), st.integers(8, 40), st.integers(8, 80_000)).map(lambda eighths: Fraction(eighths, 8))
"""Nothing, or at least a watt, in eighths of a watt."""
KEY = {"operation_id": ACC, "period_start": DAY, "period_end": DAY}


def exact_split(production, consumption, shares):
    """Return Pij* of one step in exact fractions (Annexe 7)."""
    offered = [[power * share for share in shares] for power in production]
    given_to = [sum(row[j] for row in offered) for j in range(len(consumption))]
    kept = [
        min(Fraction(1), need / got) if got else Fraction(0) for need, got in zip(consumption, given_to, strict=True)
    ]
    return [[part * keep for part, keep in zip(row, kept, strict=True)] for row in offered]


def shares_of(consumption, keys):
    if keys is not None:
        return keys
    total = sum(consumption)
    return [need / total if total else Fraction(0) for need in consumption]


@st.composite
def operations(draw):
    consumers, producers = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    steps = draw(st.lists(st.tuples(st.lists(POWER, min_size=producers, max_size=producers),
                                    st.lists(POWER, min_size=consumers, max_size=consumers)),
                          min_size=1, max_size=6))  # fmt: skip
    weights = draw(st.lists(st.integers(0, 100), min_size=consumers, max_size=consumers))
    whole = max(sum(weights), 100)
    keys = draw(st.sampled_from([None, [Fraction(weight, whole) for weight in weights]]))
    return [steps[hour % len(steps)] for hour in range(HOURS)], keys


@settings(max_examples=30, deadline=None)
@given(operations())
def test_truncated_watts_are_never_a_finding(operation):
    steps, keys = operation
    truth = [exact_split(p, d, shares_of(d, keys)) for p, d in steps]
    seen = [([Fraction(floor(x)) for x in p], [Fraction(floor(x)) for x in d]) for p, d in steps]
    ours = [exact_split(p, d, shares_of(d, keys)) for p, d in seen]
    producers, consumers = len(steps[0][0]), len(steps[0][1])
    rows, energies, cells, exchanges, details = [], [], [], [], []

    def add(prm, role, measures, *, seen_by_us, shared, our_shared):
        remainder = [measure - part for measure, part in zip(measures, shared, strict=True)]
        rows.append(
            curve(prm, [int(x) for x in seen_by_us], [float(x) for x in our_shared], start=DAY, end=DAY, role=role,
                  published=[floor(x) for x in shared], published_remainder=[floor(x) for x in remainder])
        )  # fmt: skip
        names = {"consumer": ("consumption", "self_consumption", "complement"),
                 "producer": ("production", "self_produced", "surplus")}[role]  # fmt: skip
        for name, watts in zip(names, (measures, shared, remainder), strict=True):
            kwh = floor(sum(watts) / 10) / 100
            energies.append({**KEY, "prm": prm, "series": name, "slot": "BASE", "energy_kwh": kwh})
            cells.append({**KEY, "level": role, "prm": prm, "indicator": f"{name}_kwh", "slot": "BASE", "value": kwh})

    for j in range(consumers):
        add(
            f"3000100000{j:04d}",
            "consumer",
            [d[j] for _, d in steps],
            seen_by_us=[d[j] for _, d in seen],
            shared=[sum(row[j] for row in split) for split in truth],
            our_shared=[sum(row[j] for row in split) for split in ours],
        )
    for i in range(producers):
        add(
            f"3000100009{i:04d}",
            "producer",
            [p[i] for p, _ in steps],
            seen_by_us=[p[i] for p, _ in seen],
            shared=[sum(split[i]) for split in truth],
            our_shared=[sum(split[i]) for split in ours],
        )
        for j in range(consumers):
            pair = {"producer_prm": f"3000100009{i:04d}", "consumer_prm": f"3000100000{j:04d}"}
            exact, mine = (sum(split[i][j] for split in splits) / 1000 for splits in (truth, ours))
            details.append({**KEY, **pair, "energy_kwh": floor(exact * 100) / 100})
            exchanges.append({"operation_id": ACC, "period_start": DAY, **pair, "energy_kwh": float(mine)})

    known = periods(period(DAY, end=DAY, key="default" if keys is None else "static"))
    made = reduce(known, curves(*rows))
    assert made.split["first_step"].null_count() == made.split.height == producers + consumers
    off = differing_periods(made.split)
    assert off.is_empty()
    slots = slot_energies(landed(landing.ENERGY, energies))
    files, totals = totals_of_files(slots), with_operation_totals(made.totals)
    assert as_facts(energy_facts(files, totals, off, {})) == []
    assert as_facts(synthesis_facts(landed(landing.SYNTHESIS, cells), slots, files, totals, off)) == []
    found = exchange_facts(
        landed(landing.EXCHANGE, details), frame(computed.EXCHANGE, exchanges), made.totals, known, off
    )
    assert as_facts(found) == []
