"""Published figures beside ours: two consumers share a roof on fixed keys, 40 % and 60 %.

The roof gives 1 000 W at each hour of October (745 kWh). The school draws 600 W and receives 400; the hall draws
500 W and receives 500 of the 600 offered: 298 and 372,5 kWh, complements of 149 and 0, surplus of 74,5.
"""

from datetime import date

import numpy as np
import polars as pl
import pytest

from energy_pipeline.reconciliation.enedis_split import differing_periods, split_by_energies, split_facts
from energy_pipeline.reconciliation.energies import (
    energy_facts,
    exchange_facts,
    slot_energies,
    totals_of_files,
    with_operation_totals,
)
from energy_pipeline.reconciliation.prices import timeline
from energy_pipeline.reconciliation.synthesis import synthesis_facts
from energy_pipeline.tables import computed, landing, marts
from energy_pipeline.tables.schemas import empty, frame
from tests.unit.invoices.rows import at, landed
from tests.unit.reconciliation.frames import (
    ACC,
    HALL,
    OCTOBER,
    ROOF,
    SCHOOL,
    as_facts,
    curve,
    curves,
    period,
    periods,
    price,
    prices,
    reduce,
)

END = date(2025, 10, 31)
KEY = {"operation_id": ACC, "period_start": OCTOBER, "period_end": END}
PATHS = {
    (ACC, SCHOOL, "self_consumption", OCTOBER): "Autoconso_CDC.csv",
    (ACC, SCHOOL, "consumption", OCTOBER): "Conso_CDC.csv",
}
PRICES = (price("avoided_price", 0.20), price("local_price", 0.08))
UNPUBLISHED = object()
NOTHING_TESTED = empty(marts.SPLIT_EXPLANATION)


def reduced(*, school=400.0, hall=500.0, roof=900.0, quality=1, key="static", **changes):
    """Reduce the operation; each argument is the self-consumption that Enedis publishes."""
    published = {name: None if value is UNPUBLISHED else value for name, value in
                 (("school", school), ("hall", hall), ("roof", roof))}  # fmt: skip

    def rest(measure, value):
        return None if value is None else measure - np.asarray(value)

    rows = [
        curve(SCHOOL, 600.0, 400.0, published=published["school"], published_remainder=rest(600.0, published["school"]),
              quality=quality),
        curve(HALL, 500.0, 500.0, published=published["hall"], published_remainder=rest(500.0, published["hall"])),
        curve(ROOF, 1000.0, 900.0, published=published["roof"], published_remainder=rest(1000.0, published["roof"]),
              role="producer", **changes),
    ]  # fmt: skip
    return reduce(periods(period(key=key)), curves(*rows))


def split_found(made, *price_rows, key="static", tested=NOTHING_TESTED):
    return as_facts(split_facts(made.split, periods(period(key=key)), tested, timeline(prices(*price_rows)), PATHS))


# --- split ---


def test_the_right_split_gives_no_finding():
    made = reduced()
    assert made.split.height == 3
    assert split_found(made) == []
    assert differing_periods(made.split).is_empty()


@pytest.mark.parametrize("shift", [-1.0, 1.0])
def test_a_watt_of_truncation_at_each_step_is_no_finding(shift):
    assert split_found(reduced(school=400.0 + shift, hall=500.0 - 1, roof=900.0 + shift)) == []


def test_a_wrong_split_is_one_finding_with_its_euros():
    # 300 W instead of 400: 74,5 kWh less for the school; 0,12 € each.
    (fact,) = split_found(reduced(school=300.0, roof=800.0), *PRICES)
    assert fact["check_name"] == "published_split_differs"
    assert (fact["operation_id"], fact["prm"], fact["period_start"]) == (ACC, None, OCTOBER)
    assert fact["amount_eur"] == pytest.approx(8.94)
    assert (fact["expected"], fact["observed"]) == (pytest.approx(670.5), pytest.approx(596.0))
    assert "pour 1 consommateur sur 2" in fact["message"]
    assert (
        f"PRM {SCHOOL}, autoconsommation publiée de 223,5\u00a0kWh pour 298\u00a0kWh recalculés (74,5\u00a0kWh en "
        in fact["message"]
    )
    assert fact["message"].endswith("Économie perdue : 8,94\u00a0€ HT.")
    assert '"file": "Autoconso_CDC.csv"' in fact["evidence"]
    assert ROOF in fact["evidence"], "the producer's part differs as well, in the same finding"


def test_kwh_moved_from_one_consumer_to_the_other_at_different_prices():
    # 50 W moved: 37,25 kWh. The school loses them at 0,12 €, the hall gains them at 0,05 €.
    rows = [*PRICES, price("avoided_price", 0.13, prm=HALL)]
    (fact,) = split_found(reduced(school=350.0, hall=[550.0] * 745), *rows)
    assert fact["amount_eur"] == pytest.approx(37.25 * 0.07)
    assert "pour 2 consommateurs sur 2" in fact["message"]


def test_without_a_price_the_euros_are_unknown():
    (fact,) = split_found(reduced(school=300.0), PRICES[0])
    assert fact["amount_eur"] is None


def test_one_hour_wrong_is_seen():
    published = np.full(745, 400.0)
    published[300] = 0.0
    made = reduced(school=published)
    assert made.split.filter("differs").select("prm", "first_step").rows() == [(SCHOOL, 300)]


def test_the_producers_alone():
    (fact,) = split_found(reduced(roof=700.0), *PRICES)
    assert "pour les producteurs seulement" in fact["message"]
    assert fact["amount_eur"] is None


def test_steps_that_we_estimated_are_not_compared():
    published = np.full(745, 400.0)
    published[300] = 0.0
    estimated = np.where(np.arange(745) == 300, 3, 1)
    assert split_found(reduced(school=published, quality=estimated)) == []
    # With default keys the estimate of one consumer touches the other.
    other = np.full(745, 500.0)
    other[300] = 0.0
    assert split_found(reduced(hall=other, quality=estimated, key="default"), key="default") == []
    assert len(split_found(reduced(hall=other, quality=estimated))) == 1


def test_nothing_published_nothing_compared():
    made = reduced(school=UNPUBLISHED, hall=UNPUBLISHED, roof=UNPUBLISHED)
    assert made.split.is_empty()
    assert made.totals.filter(series="self_consumption")["published_kwh"].to_list() == [None, None]


# --- energy files ---


def energy(prm, series, *slots, **other):
    return [{**KEY, "prm": prm, "series": series, "slot": slot, "energy_kwh": kwh, "path": "Energie.csv", "line": line,
             **other} for line, (slot, kwh) in enumerate(slots, 1)]  # fmt: skip


def energies(*rows):
    return slot_energies(landed(landing.ENERGY, [row for file in rows for row in file]))


def energy_found(made, *rows):
    files = totals_of_files(energies(*rows))
    split = pl.concat([made.split, split_by_energies(files, made.totals)])
    return as_facts(energy_facts(files, with_operation_totals(made.totals), differing_periods(split), PATHS))


def test_an_energy_file_may_exceed_its_truncated_curve_by_a_watt_a_step_and_no_more():
    # 447 kWh on the curve; at most 0,745 kWh truncated.
    for kwh, differs in ((447.0, False), (447.74, False), (446.99, False), (448.0, True), (446.9, True)):
        assert bool(energy_found(reduced(), energy(SCHOOL, "consumption", ("BASE", kwh)))) is differs, kwh


def test_an_energy_file_that_differs():
    (fact,) = energy_found(
        reduced(),
        energy(SCHOOL, "consumption", ("HP", 300.0), ("HC", 247.0)),
        energy(HALL, "consumption", ("BASE", 372.5)),
    )
    assert (fact["check_name"], fact["prm"], fact["role"]) == ("published_energy_differs", SCHOOL, "consumer")
    assert (fact["expected"], fact["observed"]) == (pytest.approx(447.0), pytest.approx(547.0))
    assert fact["amount_eur"] is None
    assert "Conso_CDC.csv" in fact["evidence"]
    assert "le fichier d'énergie donne 547\u00a0kWh (consommation) et la courbe publiée 447\u00a0kWh" in fact["message"]


@pytest.mark.parametrize(
    ("kwh", "units"),
    [
        (0.447, "1 000 fois l'autre : sans doute une unité prise pour une autre (W et kW, kWh et MWh)."),
        (447_000.0, "(W et kW, kWh et MWh)."),
        (447.0 * 4000, "(kWh du quart d'heure et W)."),
        (44.7, None),
        (447.0 * 1011, None),
    ],
)
def test_an_energy_a_thousand_times_another_is_of_another_unit(kwh, units):
    (fact,) = energy_found(reduced(), energy(SCHOOL, "consumption", ("BASE", kwh)))
    said = str(fact["message"]).replace("\u202f", " ").replace("\u00a0", " ")
    assert said.endswith(units) if units else "unité" not in said


@pytest.mark.parametrize(
    "series, prm, kwh, differs",
    [
        ("consumption", SCHOOL, 243.0, False),  # of its stay: 405 h × 0,6 kW
        ("consumption", SCHOOL, 447.0, False),  # of the whole month
        ("consumption", SCHOOL, 200.0, True),
        ("self_consumption", SCHOOL, 162.0, False),
        ("self_consumption", SCHOOL, 298.0, True),  # nothing is shared with who is not there
        ("consumption", None, 819.5, False),  # the school's whole month and the hall's, 372,5
        ("consumption", None, 600.0, True),
        ("consumption", HALL, 400.0, True),  # who is there the whole month
    ],
)
def test_of_who_joins_within_the_period_the_energy_may_be_of_the_whole_period(series, prm, kwh, differs):
    joined = np.arange(745) >= 340
    school = curve(SCHOOL, np.where(joined, 600.0, np.nan), np.where(joined, 400.0, np.nan),
                   published=np.where(joined, 400.0, np.nan), quality=joined.astype(np.uint8))  # fmt: skip
    hall = curve(HALL, 500.0, 500.0, published=500.0)
    made = reduce(periods(period()), curves(school, hall, curve(ROOF, 1000.0, 900.0, role="producer")))
    assert bool(energy_found(made, energy(prm, series, ("BASE", kwh)))) is differs


def test_only_the_latest_energy_file_counts():
    old = energy(SCHOOL, "consumption", ("BASE", 999.0), file_id="old", received_at=at(1))
    assert energy_found(reduced(), old, energy(SCHOOL, "consumption", ("BASE", 447.0), file_id="new")) == []


def test_the_operation_s_own_energy_file():
    assert energy_found(reduced(), energy(None, "surplus", ("BASE", 74.5))) == []
    (fact,) = energy_found(reduced(), energy(None, "surplus", ("BASE", 80.0)))
    assert (fact["prm"], fact["role"]) == (None, None)


def test_in_a_wrong_split_the_energies_that_follow_either_version_are_silent():
    made = reduced(school=300.0)
    assert energy_found(made, energy(SCHOOL, "self_consumption", ("BASE", 223.5))) == []
    assert energy_found(made, energy(SCHOOL, "self_consumption", ("BASE", 298.0))) == []
    assert len(energy_found(made, energy(SCHOOL, "self_consumption", ("BASE", 250.0)))) == 1


def test_a_complement_curve_that_is_refused_leaves_the_split_to_the_other_curve():
    published = curve(SCHOOL, 600.0, 400.0, published=300.0)
    made = reduce(periods(period()), curves(published))
    files = totals_of_files(slot_energies(energies(energy(SCHOOL, "complement", ("BASE", 223.5)))))
    assert split_by_energies(files, made.totals).is_empty()


def test_energies_of_the_complement_alone_tell_the_split():
    made = reduced(school=UNPUBLISHED, hall=UNPUBLISHED, roof=UNPUBLISHED)
    # 149 kWh is right for the school; 223,5 would be 74,5 kWh of self-consumption less.
    files = totals_of_files(slot_energies(energies(energy(SCHOOL, "complement", ("BASE", 223.5)))))
    (row,) = split_by_energies(files, made.totals).to_dicts()
    assert (row["prm"], row["differs"]) == (SCHOOL, True)
    assert (row["recomputed_kwh"], row["published_kwh"]) == (pytest.approx(298.0), pytest.approx(223.5))


def test_without_curves_the_energies_tell_the_split():
    made = reduced(school=UNPUBLISHED, hall=UNPUBLISHED, roof=UNPUBLISHED)
    right = energy(HALL, "self_consumption", ("BASE", 372.5))
    wrong = energy(SCHOOL, "self_consumption", ("HP", 200.0), ("HC", 23.5))
    rest = energy(SCHOOL, "complement", ("HP", 200.0), ("HC", 23.5))
    files = totals_of_files(energies(right, wrong, rest))
    split = split_by_energies(files, made.totals)
    assert split.select("prm", "differs").rows() == [(SCHOOL, True), (HALL, False)]
    (fact,) = as_facts(split_facts(split, periods(period()), NOTHING_TESTED, timeline(prices(*PRICES)), {}))
    assert fact["amount_eur"] == pytest.approx(8.94)
    assert energy_found(made, right, wrong, rest) == []


# --- producer → consumer detail ---


def exchange_found(made, *rows):
    ours = frame(computed.EXCHANGE, [
        {"operation_id": ACC, "period_start": OCTOBER, "producer_prm": ROOF, "consumer_prm": prm, "energy_kwh": kwh}
        for prm, kwh in ((SCHOOL, 298.0), (HALL, 372.5))])  # fmt: skip
    published = landed(landing.EXCHANGE, [
        {**KEY, "producer_prm": ROOF, "consumer_prm": prm, "energy_kwh": kwh, "path": "Detail.csv"}
        for prm, kwh in rows])  # fmt: skip
    return as_facts(exchange_facts(published, ours, made.totals, periods(period()), differing_periods(made.split)))


def test_details():
    assert exchange_found(reduced(), (SCHOOL, 298.0), (HALL, 372.5)) == []
    assert exchange_found(reduced(), (SCHOOL, 297.2), (HALL, 373.2)) == [], "2 W at each of 745 hours: 1,49 kWh"
    assert exchange_found(reduced()) == [], "no file, nothing to compare"
    (fact,) = exchange_found(reduced(), (SCHOOL, 398.0), (HALL, 272.5))
    assert (fact["check_name"], fact["prm"], fact["role"]) == ("published_exchange_differs", ROOF, "producer")
    assert fact["message"].endswith("(2 lignes diffèrent).")
    (absent,) = exchange_found(reduced(), (SCHOOL, 298.0))
    assert "Enedis ne donne rien" in absent["message"]
    assert (absent["expected"], absent["observed"]) == (372.5, 0.0)


def test_details_of_a_wrong_split_are_silent():
    assert exchange_found(reduced(school=300.0), (SCHOOL, 223.5), (HALL, 372.5)) == []


# --- synthesis ---

RIGHT = {
    ("operation", None, "consumption_kwh", None): 819.5,
    ("operation", None, "production_kwh", None): 745.0,
    ("operation", None, "self_consumption_kwh", None): 670.5,
    ("operation", None, "surplus_kwh", None): 74.5,
    ("operation", None, "self_consumption_rate", None): 0.9,
    ("operation", None, "self_production_rate", None): 0.8182,
    ("operation", None, "coverage_rate", None): 0.9091,
    ("producer", ROOF, "production_kwh", None): 745.0,
    ("producer", ROOF, "self_produced_kwh", None): 670.5,
    ("producer", ROOF, "surplus_kwh", None): 74.5,
    ("consumer", SCHOOL, "consumption_kwh", "HP"): 300.0,
    ("consumer", SCHOOL, "consumption_kwh", "HC"): 147.0,
    ("consumer", SCHOOL, "self_consumption_kwh", "HP"): 200.0,
    ("consumer", SCHOOL, "self_consumption_kwh", "HC"): 98.0,
    ("consumer", SCHOOL, "complement_kwh", "HP"): 100.0,
    ("consumer", SCHOOL, "complement_kwh", "HC"): 49.0,
    ("consumer", HALL, "consumption_kwh", "BASE"): 372.5,
    ("consumer", HALL, "complement_kwh", "BASE"): 0.0,
}


def synthesis_found(changes=None, *, made=None, files=()):
    cells = {**RIGHT, **(changes or {})}
    rows = [
        {**KEY, "level": level, "prm": prm, "indicator": indicator, "slot": slot, "value": value, "cell": f"S!B{line}",
         "path": "Synthese.xlsx"} for line, ((level, prm, indicator, slot), value) in enumerate(cells.items(), 2)
    ]  # fmt: skip
    made = made or reduced()
    slots = energies(*files)
    split_off = differing_periods(made.split)
    return as_facts(
        synthesis_facts(
            landed(landing.SYNTHESIS, rows),
            slots,
            totals_of_files(slots),
            with_operation_totals(made.totals),
            split_off,
        )
    )


def test_a_right_synthesis():
    assert synthesis_found() == []


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        (("operation", None, "consumption_kwh", None), 900.0, 819.5),
        (("operation", None, "self_consumption_rate", None), 0.8, 0.9),
        (("operation", None, "coverage_rate", None), 0.7, 0.9091),
        (("producer", ROOF, "surplus_kwh", None), 84.5, 74.5),
        (("consumer", HALL, "consumption_kwh", "BASE"), 370.5, 372.5),
    ],
)
def test_each_wrong_cell_is_a_finding(cell, value, expected):
    (fact,) = synthesis_found({cell: value})
    assert fact["check_name"] == "synthesis_differs"
    assert (fact["prm"], fact["observed"]) == (cell[1], value)
    assert fact["expected"] == pytest.approx(expected, abs=1e-4)
    assert '"cell": "S!B' in fact["evidence"]


def test_coverage_has_two_definitions_in_use():
    assert synthesis_found({("operation", None, "coverage_rate", None): 0.8182}) == []


def test_a_rate_rounded_to_the_percent():
    assert synthesis_found({("operation", None, "self_production_rate", None): 0.82}) == []


def test_a_workbook_in_whole_kwh():
    assert synthesis_found({("operation", None, "consumption_kwh", None): 819.0}) == []


def test_a_slot_is_judged_by_the_energy_file_when_the_sum_is_right():
    swapped = {
        ("consumer", SCHOOL, "consumption_kwh", "HP"): 147.0,
        ("consumer", SCHOOL, "consumption_kwh", "HC"): 300.0,
    }
    assert synthesis_found(swapped) == [], "nothing tells the slots"
    file = energy(SCHOOL, "consumption", ("HP", 300.0), ("HC", 147.0))
    assert synthesis_found(files=[file]) == []
    assert [fact["observed"] for fact in synthesis_found(swapped, files=[file])] == [300.0, 147.0]
    wrong_file = energy(SCHOOL, "consumption", ("HP", 400.0), ("HC", 147.0))
    assert synthesis_found(files=[wrong_file]) == [], "the file is at fault, not the workbook"


def test_a_wrong_sum_names_the_slot_when_the_energy_file_tells():
    cell = ("consumer", SCHOOL, "consumption_kwh", "HC")
    (alone,) = synthesis_found({cell: 247.0})
    assert (alone["expected"], alone["observed"]) == (pytest.approx(447.0), pytest.approx(547.0))
    (named,) = synthesis_found({cell: 247.0}, files=[energy(SCHOOL, "consumption", ("HP", 300.0), ("HC", 147.0))])
    assert (named["expected"], named["observed"]) == (147.0, 247.0)
    assert "poste HC" in named["message"]


def test_in_a_wrong_split_the_synthesis_may_follow_either_version():
    made = reduced(school=300.0, roof=800.0)
    assert synthesis_found(made=made) == []
    follows = {
        ("operation", None, "self_consumption_kwh", None): 596.0,
        ("operation", None, "surplus_kwh", None): 149.0,
        ("operation", None, "self_consumption_rate", None): 0.8,
        ("operation", None, "self_production_rate", None): 0.7273,
        ("producer", ROOF, "self_produced_kwh", None): 596.0,
        ("producer", ROOF, "surplus_kwh", None): 149.0,
        ("consumer", SCHOOL, "self_consumption_kwh", "HP"): 125.5,
        ("consumer", SCHOOL, "complement_kwh", "HP"): 174.5,
    }
    assert synthesis_found(follows, made=made) == []


def test_without_curves_nor_files_the_synthesis_is_judged_by_ours():
    made = reduced(school=UNPUBLISHED, hall=UNPUBLISHED, roof=UNPUBLISHED)
    assert synthesis_found(made=made) == []
    (fact,) = synthesis_found({("operation", None, "self_consumption_kwh", None): 600.5}, made=made)
    assert fact["expected"] == pytest.approx(670.5)


def test_a_curve_with_a_gap_judges_nothing():
    made = reduced(quality=np.where(np.arange(745) == 300, 5, 1))
    assert synthesis_found({("operation", None, "consumption_kwh", None): 900.0}, made=made) == []
