"""For each format that we write: what was written is what is read."""

import math
import string
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.formats import (
    annexe2,
    annexe2_declaration,
    annexe2_workbook,
    annexe2_write,
    cdc,
    cdc_batch,
    dynamic_keys,
    dynamic_keys_write,
    enedis_files,
    energy,
    exchange_detail,
    perimeter,
    synthesis,
    synthesis_write,
)
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.formats.annexe2_layout import layout
from tests.sirets import siret

SENT_ON = date(2025, 10, 1)
# Letters above À only: bytes of other signs of ISO-8859-1 may follow them as UTF-8 would, and be read as such.
LETTERS = string.ascii_letters + string.digits + " '-.,()/&" + "".join(map(chr, range(0xC0, 0x100)))
CHANGES = (date(2024, 10, 27), date(2025, 3, 30), date(2025, 10, 26), date(2025, 7, 14))
PRMS = st.lists(st.integers(0, 10**14 - 1).map("{:014d}".format), min_size=1, max_size=5, unique=True)
KWH = st.integers(0, 10**8).map(lambda hundredths: hundredths / 100)


def texts(longest: int):
    found = st.text(LETTERS, min_size=1, max_size=min(longest, 30)).map(str.strip)
    return found.filter(lambda text: text and not text.startswith("'"))


SHORT = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
BY_TYPE = {
    "date": st.dates(date(2000, 1, 1), date(2098, 1, 1)).map("{:%d/%m/%Y}".format),
    "post_code": st.integers(0, 99999).map("{:05d}".format),
    "siret_rna": st.one_of(
        st.integers(1, 99_999_999).map(siret),
        st.integers(0, 10**9 - 1).map("W{:09d}".format),
        st.integers(0, 10**6 - 1).map("A2021ABC{:06d}".format),
    ),
    "email": st.tuples(SHORT, SHORT).map("{0[0]}@{0[1]}.example".format),
    "phone": st.integers(0, 10**8 - 1).map("01{:08d}".format),
    "power": st.integers(1, 10**6).map(lambda tenths: f"{Decimal(tenths) / 10}".replace(".", ",")),
}


def value_of(one):
    if one.choices:
        return st.sampled_from(one.choices)
    return BY_TYPE[one.type] if one.type in BY_TYPE else texts(one.length or 40)


@st.composite
def declarations(draw, with_mail_of_consumers=True):
    wanted = layout(SENT_ON)
    has_agent = draw(st.booleans())
    fields = {}
    for one in wanted.of("operation", "organiser", *(["agent"] if has_agent else [])):
        is_kept = one.obligation in ("always", "agent") or draw(st.booleans())
        if is_kept:
            fields[one.label] = draw(value_of(one))
    is_static = fields.get("REPARTITION_OP") == "Statique"
    prms = draw(PRMS)
    left = 10_000
    consumers, producers = [], []
    for place, prm in enumerate(prms):
        identity = {"RACCO": f"R{place}"} if draw(st.integers(0, 4)) == 0 else {"PRM": prm}
        common = {"RAISON SOCIALE": draw(texts(40)), "ADRESSE": draw(texts(40)),
                  "SIRET_RNA": draw(BY_TYPE["siret_rna"])}  # fmt: skip
        sides = draw(st.sampled_from([("CONS",), ("PROD",), ("CONS", "PROD")]))
        if "CONS" in sides:
            row = {"TYPE": "CONS"} | identity | common
            if is_static:
                share = draw(st.integers(0, left))
                left -= share
                row["COEF_STATIC"] = f"{(Decimal(share) / 100).normalize():f}".replace(".", ",")
            if with_mail_of_consumers and draw(st.booleans()):
                row["MAIL"] = draw(BY_TYPE["email"])
            consumers.append(row)
        if "PROD" in sides:
            producers.append({"TYPE": "PROD"} | identity | common | {
                "MAIL": draw(BY_TYPE["email"]),
                "PUISSANCE": draw(BY_TYPE["power"]),
                "INSTALLATION": draw(st.sampled_from(wanted.labelled("participant")["INSTALLATION"].choices)),
            })  # fmt: skip
    return Declaration(fields, (*consumers, *producers))


@settings(max_examples=60, deadline=None)
@given(declarations())
def test_annexe_2_as_two_csv(declared):
    is_static = declared.fields.get("REPARTITION_OP") == "Statique"
    operation = annexe2_write.write_operation(declared, SENT_ON)
    assert annexe2_declaration.from_operation_csv(operation, SENT_ON).fields == declared.fields
    participants = annexe2_write.write_participants(declared, SENT_ON, is_static=is_static)
    assert annexe2_declaration.from_participants_csv(participants, SENT_ON).participants == declared.participants


@settings(max_examples=25, deadline=None)
@given(declarations(with_mail_of_consumers=False))
def test_annexe_2_as_a_workbook_says_the_same_as_the_two_csv(declared):
    content = annexe2_workbook.write(declared, SENT_ON)
    assert annexe2_declaration.from_workbook(content, SENT_ON) == declared
    name = "ACC00000001_20251001_ANNEXE2.{}"
    landed = annexe2.read_workbook(name.format("1.xlsx"), content, SENT_ON)
    is_static = declared.fields.get("REPARTITION_OP") == "Statique"
    csvs = [
        annexe2.read_operation(name.format("11.csv"), annexe2_write.write_operation(declared, SENT_ON), SENT_ON),
        annexe2.read_participants(
            name.format("12.csv"), annexe2_write.write_participants(declared, SENT_ON, is_static=is_static), SENT_ON
        ),
    ]
    for from_book, from_csv in zip((landed, *landed.others), csvs, strict=True):
        assert from_book.kind == from_csv.kind
        assert [row | {"line": 0} for row in from_book.rows] == [row | {"line": 0} for row in from_csv.rows]


def quarters_of(start: date, end: date) -> int:
    """Number of quarter-hours, by the difference of two instants."""
    paris = ZoneInfo("Europe/Paris")
    first, last = (
        int(np.datetime64(f"{day}T00:00").astype("datetime64[s]").astype(int)) - offset(day, paris)
        for day in (start, end + timedelta(days=1))
    )
    return (last - first) // 900


def offset(day: date, zone: ZoneInfo) -> int:
    shift = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(CHANGES), st.integers(0, 2), st.sampled_from([15, 30]), st.sampled_from(sorted([
        "consumption", "production", "self_consumption", "self_produced", "surplus", "complement"])),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_curves(day, more, step, series, random):
    end = day + timedelta(days=more)
    steps = quarters_of(day, end) * 15 // step
    watts = np.array([random.choice([0, random.randint(0, 9_000_000), math.nan]) for _ in range(steps)])
    watts[0] = 1
    name = enedis_files.curve_name("30001000000201", day, end, series)
    content = enedis_files.write_curve(watts, day, end)
    for found in (cdc.read(name, content), cdc_batch.read_many([(name, content)])[0]):
        np.testing.assert_array_equal(found.rows[0]["watts"], watts)
        assert (found.series, found.prm, found.notes) == (series, "30001000000201", ())
        assert (found.period_start, found.period_end, found.rows[0]["step_minutes"]) == (day, end, step)


SLOTS = ("BASE", "HP", "HC", "HPH", "HCH", "HPB", "HCB")


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(SLOTS), st.none() | KWH, min_size=1),
    st.dictionaries(PRMS.map(lambda prms: prms[0]), st.none() | KWH, min_size=1, max_size=5),
)
def test_energies_and_details(slots, shared):
    start, end = date(2025, 9, 15), date(2025, 10, 14)
    found = energy.read(
        enedis_files.energy_name("30001000000201", start, end, "complement"), enedis_files.write_energy(slots)
    )
    assert {row["slot"]: row["energy_kwh"] for row in found.rows} == slots
    assert (found.series, found.period_start, found.period_end) == ("complement", start, end)
    detail = exchange_detail.read(
        enedis_files.detail_name("30001000000101", start, end), enedis_files.write_detail(shared)
    )
    assert {row["consumer_prm"]: row["energy_kwh"] for row in detail.rows} == shared
    assert detail.prm == "30001000000101"


DAYS = st.dates(date(2019, 1, 1), date(2030, 1, 1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(PRMS.map(lambda prms: prms[0]), DAYS, st.none() | st.integers(0, 2000)), min_size=1,
                unique=True))  # fmt: skip
def test_perimeter(drawn):
    stays = [(prm, start, None if days is None else start + timedelta(days=days)) for prm, start, days in drawn]
    found = perimeter.read(enedis_files.PERIMETER_NAME, enedis_files.write_perimeter(stays))
    assert [(row["prm"], row["valid_from"], row["valid_to"]) for row in found.rows] == stays


@st.composite
def syntheses(draw):
    consumption, production = (draw(st.integers(1, 10**8)) / 100 for _ in range(2))
    shared = draw(st.integers(0, int(min(consumption, production) * 100))) / 100
    operation = {
        "consumption_kwh": consumption, "production_kwh": production, "self_consumption_kwh": shared,
        "surplus_kwh": round(production - shared, 2), "self_consumption_rate": shared / production,
        "self_production_rate": shared / consumption, "coverage_rate": production / consumption,
    }  # fmt: skip
    figure = st.none() | KWH
    producers = [
        {"prm": prm, **{name: draw(figure) for name in ("production_kwh", "self_produced_kwh", "surplus_kwh")}}
        for prm in draw(PRMS)
    ]
    slots = st.sampled_from([(None,), ("BASE",), ("HP", "HC"), ("HPH", "HCH", "HPB", "HCB")])
    consumers = [
        {"prm": prm, "slot": slot,
         **{name: draw(figure) for name in ("consumption_kwh", "self_consumption_kwh", "complement_kwh")}}
        for prm in draw(PRMS) for slot in draw(slots)
    ]  # fmt: skip
    return operation, producers, consumers


@settings(max_examples=25, deadline=None)
@given(syntheses())
def test_synthesis(drawn):
    operation, producers, consumers = drawn
    period = (date(2025, 10, 1), date(2025, 10, 31))
    content = synthesis_write.write("ACC00000001", period, operation, producers, consumers)
    found = synthesis.read(synthesis_write.name("ACC00000001", *period), content)
    figures = {("operation", None, name, None): value for name, value in operation.items()}
    for level, rows in (("producer", producers), ("consumer", consumers)):
        for row in rows:
            figures |= {(level, row["prm"], name, row.get("slot")): value
                        for name, value in row.items() if name not in ("prm", "slot")}  # fmt: skip
    read = {(row["level"], row["prm"], row["indicator"], row["slot"]): row["value"] for row in found.rows}
    assert read.keys() == figures.keys()
    for place, value in figures.items():
        # Nine decimals come back from a sheet.
        assert read[place] == value or math.isclose(read[place], value, abs_tol=1e-9)
    assert (found.operation_id, found.period_start, found.period_end) == ("ACC00000001", *period)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(CHANGES), PRMS, st.randoms(use_true_random=False))
def test_annexe_5(day, prms, random):
    key = np.array([[random.randint(0, 10_000 // len(prms)) for _ in range(quarters_of(day, day))] for _ in prms])
    name = dynamic_keys_write.file_name("ACC00000001", day, day, 15)
    found = dynamic_keys.read(name, dynamic_keys_write.write(prms, key, day, day, 15))
    assert [row["consumer_prm"] for row in found.rows] == prms
    np.testing.assert_allclose([row["percents"] for row in found.rows], key / 100, rtol=0, atol=1e-12)
    assert (found.period_start, found.period_end, found.rows[0]["step_minutes"]) == (day, day, 15)
