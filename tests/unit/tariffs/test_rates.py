"""Rates: values typed from the published tables, the day before and after each change, periods that straddle one."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.tariffs import MissingRate, Rate, RateError, lookup, rates, rates_over, split_by_rate, words
from energy_pipeline.tariffs.lookup import LABELS

HEADER = "rate;variant;valid_from;valid_to;value;unit;legal_reference;confidence\n"


@pytest.mark.parametrize(
    ("rate", "variant", "day", "value"),
    [
        # Accise, €/MWh: 22,50 · 1,00 · 21,00 · 33,70 · 29,98 · 30,85 · 30,62
        ("excise", "household", date(2021, 12, 31), "0.02250"),
        ("excise", "household", date(2022, 2, 1), "0.00100"),
        ("excise", "household", date(2024, 1, 31), "0.00100"),
        ("excise", "household", date(2024, 2, 1), "0.02100"),
        ("excise", "household", date(2025, 1, 31), "0.02100"),
        ("excise", "household", date(2025, 2, 1), "0.03370"),
        ("excise", "household", date(2025, 7, 31), "0.03370"),
        ("excise", "household", date(2025, 8, 1), "0.02998"),
        ("excise", "household", date(2026, 1, 31), "0.02998"),
        ("excise", "household", date(2026, 2, 1), "0.03085"),
        ("excise", "household", date(2026, 7, 31), "0.03085"),
        ("excise", "household", date(2026, 8, 1), "0.03062"),
        ("excise", "sme", date(2025, 7, 31), "0.02623"),
        ("excise", "sme", date(2025, 8, 1), "0.02579"),
        ("excise", "high_power", date(2025, 7, 31), "0.02250"),
        ("excise", "high_power", date(2026, 2, 1), "0.02658"),
        ("cta", "distribution", date(2021, 7, 31), "0.2704"),
        ("cta", "distribution", date(2021, 8, 1), "0.2193"),
        ("cta", "distribution", date(2026, 1, 31), "0.2193"),
        ("cta", "distribution", date(2026, 2, 1), "0.15"),
        ("cta", "transport", date(2026, 2, 1), "0.05"),
        ("vat", "reduced", date(2025, 7, 31), "0.055"),
        ("vat", "normal", date(2025, 8, 1), "0.20"),
        ("turpe_management", "C5", date(2024, 10, 31), "15.48"),
        ("turpe_management", "C5", date(2024, 11, 1), "16.20"),
        ("turpe_management", "C5", date(2025, 1, 31), "16.20"),
        ("turpe_management", "C5", date(2025, 2, 1), "16.92"),
        ("turpe_management", "C5", date(2025, 7, 31), "16.92"),
        ("turpe_management", "C5", date(2025, 8, 1), "16.80"),
        ("turpe_management", "C5_ACC", date(2025, 8, 1), "21.27"),
        ("turpe_metering", "C5", date(2023, 8, 1), "19.92"),
        ("turpe_metering", "C5", date(2025, 8, 1), "22.00"),
        ("turpe_power", "C5/CU4", date(2025, 8, 1), "10.11"),
        ("turpe_power", "C5/MU4_ACC", date(2025, 7, 31), "12.00"),
        ("turpe_power", "C5/LU", date(2026, 7, 31), "93.13"),
        ("turpe_energy", "C5/MUDT/HC", date(2025, 7, 31), "0.0357"),
        ("turpe_energy", "C5/MUDT/HC", date(2025, 8, 1), "0.0350"),
        ("turpe_energy", "C5/CU4_ACC/self/HPH", date(2025, 8, 1), "0.0286"),
        ("turpe_energy", "C5/MU4_ACC/complement/HCB", date(2025, 8, 1), "0.0115"),
        ("turpe_power", "C4/CU/HPH", date(2025, 8, 1), "17.61"),
        ("turpe_power", "C4/LU/HCB", date(2025, 8, 1), "12.37"),
        ("turpe_energy", "C4/CU/HPB", date(2025, 8, 1), "0.0213"),
        ("turpe_management", "C4", date(2025, 8, 1), "217.80"),
        ("turpe_overrun", "C4", date(2025, 8, 1), "12.41"),
        ("tccfe", "", date(2021, 9, 1), "0.00663"),
        ("tdcfe", "", date(2021, 9, 1), "0.00332"),
        ("tdcfe", "", date(2022, 1, 1), "0"),
        ("tccfe", "", date(2023, 1, 1), "0"),
        ("gas_excise", "", date(2025, 7, 31), "0.01716"),
        ("gas_excise", "", date(2025, 8, 1), "0.01543"),
        ("gas_excise", "", date(2026, 2, 1), "0.01639"),
        ("gas_distribution_fixed", "T2", date(2025, 7, 1), "186.12"),
        ("gas_distribution_energy", "T2", date(2026, 6, 30), "0.01208"),
        ("gas_cta_transport_share", "", date(2025, 7, 1), "0.8321"),
    ],
)
def test_a_day_finds_the_value_printed_for_it(rate, variant, day, value):
    found = lookup(rate, variant, day)
    assert isinstance(found, Rate)
    assert found.value == Decimal(value)
    assert found.legal_reference


@pytest.mark.parametrize(
    ("rate", "variant", "day"),
    [
        ("turpe_power", "C5/CU4", date(2026, 8, 1)),
        ("turpe_energy", "C4/CU/HPH", date(2026, 8, 1)),
        ("turpe_energy", "C4/CU/HPH", date(2025, 7, 31)),
        ("turpe_management", "C5", date(2023, 7, 31)),
        ("turpe_energy", "C5/CU_ACC/self/BASE", date(2025, 9, 1)),
        ("excise", "household", date(2022, 1, 15)),
        ("excise", "household", date(2027, 2, 1)),
        ("excise", "household", date(2015, 12, 31)),
        ("vat", "reduced", date(2025, 8, 1)),
        ("tccfe", "", date(2022, 6, 1)),
    ],
)
def test_a_day_outside_the_tables_is_missing_never_the_nearest(rate, variant, day):
    found = lookup(rate, variant, day)
    assert found == MissingRate(rate, variant, day)


def test_what_is_missing_is_said_in_french():
    found = lookup("turpe_power", "C5/CU4", date(2026, 8, 1))
    assert found.reason == "Barème manquant : TURPE, part puissance C5/CU4 au 01/08/2026"


def test_a_rate_that_no_table_names_is_an_error():
    with pytest.raises(RateError, match="turpe_7"):
        lookup("turpe_7", "C5", date(2025, 9, 1))


def test_each_rate_has_a_name_and_each_word_of_a_variant_is_french_or_of_the_published_grids():
    known = rates().select("rate", "variant").unique()
    assert set(known["rate"]) == set(LABELS), "name it in energy_pipeline/tariffs/lookup.py"
    spoken = {word for variant in known["variant"] for word in words.variant(variant).split()}
    assert {word for word in spoken if word.upper() != word} <= {*" ".join(words.VARIANTS.values()).split()}


def test_doubtful_values_are_flagged():
    doubtful = rates().filter(pl.col("confidence") == "doubtful").select("rate", "variant", "value").rows()
    assert set(doubtful) == {
        ("turpe_management", "C5_ACC", Decimal("12.19")),
        ("turpe_management", "C5_ACC", Decimal("12.77")),
        ("gas_distribution_fixed", "T1", Decimal("57.48")),
        ("gas_distribution_fixed", "T2", Decimal("196.68")),
        ("gas_distribution_fixed", "T3", Decimal("1858.68")),
    }


def test_a_period_is_cut_where_the_rate_changes():
    parts = split_by_rate(date(2025, 7, 15), date(2025, 8, 14), "excise", "household")
    assert [(part.start, part.end, part.days, part.rate.value) for part in parts] == [
        (date(2025, 7, 15), date(2025, 7, 31), 17, Decimal("0.0337")),
        (date(2025, 8, 1), date(2025, 8, 14), 14, Decimal("0.02998")),
    ]


def test_the_days_without_a_rate_are_a_segment_of_their_own():
    parts = split_by_rate(date(2026, 7, 30), date(2026, 8, 3), "turpe_power", "C5/CU")
    assert [(part.days, isinstance(part.rate, MissingRate)) for part in parts] == [(2, False), (3, True)]
    assert parts[1].rate.day == date(2026, 8, 1)


def test_a_hole_between_two_tables_is_found():
    parts = split_by_rate(date(2021, 12, 30), date(2022, 2, 2), "excise", "sme")
    assert [(part.days, isinstance(part.rate, MissingRate)) for part in parts] == [(2, False), (31, True), (2, False)]


def over(*periods: tuple[date, date, str, str]) -> pl.DataFrame:
    return rates_over(pl.DataFrame(periods, schema=["start", "end", "rate", "variant"], orient="row"))


def test_many_periods_at_once_give_shares_by_days():
    found = over(
        (date(2026, 1, 17), date(2026, 2, 15), "cta", "distribution"),
        (date(2021, 12, 30), date(2022, 2, 2), "excise", "sme"),
    )
    assert found.select("segment_start", "days", "value").rows() == [
        (date(2026, 1, 17), 15, 0.2193),
        (date(2026, 2, 1), 15, 0.15),
        (date(2021, 12, 30), 2, 0.0225),
        (date(2022, 1, 1), 31, None),
        (date(2022, 2, 1), 2, 0.0005),
    ]
    assert found["share"].to_list() == pytest.approx([0.5, 0.5, 2 / 35, 31 / 35, 2 / 35])


DAYS = st.dates(date(2015, 1, 1), date(2027, 12, 31))
VARIANTS = st.sampled_from(
    [("excise", "household"), ("cta", "distribution"), ("turpe_power", "C5/LU"), ("tccfe", ""), ("vat", "reduced")]
)


@settings(max_examples=60, deadline=None)
@given(first=DAYS, length=st.integers(0, 900), rate=VARIANTS)
def test_segments_in_columns_are_those_of_each_day(first, length, rate):
    last = date.fromordinal(first.toordinal() + length)
    found = over((first, last, *rate))
    assert found["days"].sum() == length + 1
    by_day = [lookup(*rate, date.fromordinal(first.toordinal() + n)) for n in range(length + 1)]
    known = [float(day.value) for day in by_day if isinstance(day, Rate)]
    assert sum(days * value for days, value in found.select("days", "value").drop_nulls().iter_rows()) == pytest.approx(
        sum(known)
    )
    missing = found.filter(pl.col("value").is_null())
    assert missing["segment_start"].to_list() == [d.day for d in by_day if isinstance(d, MissingRate)][:1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cta;x;2025-01-01;;21,93;%;arrêté;A", "illisible"),
        ("cta;x;2025-01-01;;21.93;%;arrêté ; loi;A", "illisible"),
        ("cta;x;2025-13-01;;21.93;%;arrêté;A", "illisible"),
        ("vat;x;2025-01-01;;20;%;CGI;A\ncta;x;2025-01-01;21.93;%;arrêté;A", "cta.csv, ligne 3 : illisible, 7 cellules"),
        ("cta;x;2025-01-01;;21.93;pour mille;arrêté;A", "unité"),
        ("cta;x;2025-01-01;;21.93;%;;A", "référence légale absent"),
        ("cta;x;2025-01-01;;21.93;%;arrêté;certain", "confiance"),
        ("cta;x;2025-01-01;2025-01-01;21.93;%;arrêté;A", "fin avant le début"),
        ("cta;x;2025-01-01;;21.93;%;arrêté;A\ncta;x;2026-01-01;;15;%;arrêté;A", "deux valeurs le même jour"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, line, message):
    (tmp_path / "cta.csv").write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(RateError, match=message):
        rates(tmp_path)


def test_a_table_with_another_header_is_refused(tmp_path):
    (tmp_path / "cta.csv").write_text("rate;value\ncta;0.15\n", encoding="utf-8")
    with pytest.raises(RateError, match="colonnes"):
        rates(tmp_path)
    with pytest.raises(RateError, match="aucune table"):
        rates(tmp_path / "nowhere")
