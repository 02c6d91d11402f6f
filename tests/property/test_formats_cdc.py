"""Curves over both changes of hour: what an independent writer wrote is what is read, by both ways of reading."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.formats import cdc, cdc_batch
from energy_pipeline.formats.model import BadFile

PARIS = ZoneInfo("Europe/Paris")
CHANGES = (date(2024, 10, 27), date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29))


def hours_of(start: date, end: date) -> list[str]:
    """Labels of the hours, by walking UTC hour by hour until the local day is past."""
    at = datetime(start.year, start.month, start.day, tzinfo=PARIS).astimezone(ZoneInfo("UTC"))
    labels = []
    while at.astimezone(PARIS).date() <= end:
        labels.append(at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M"))
        at += timedelta(hours=1)
    return labels


@st.composite
def curves(draw, regular=True):
    around = draw(st.sampled_from(CHANGES))
    start = around - timedelta(days=draw(st.integers(0, 3)))
    end = around + timedelta(days=draw(st.integers(0, 3)))
    labels = hours_of(start, end)
    width = draw(st.sampled_from([2, 4]))
    value = st.integers(0, 9_000_000)
    rows = draw(st.lists(st.lists(value, min_size=width, max_size=width), min_size=len(labels), max_size=len(labels)))
    tail, newline = draw(st.sampled_from([";", ""])), draw(st.sampled_from(["\n", "\r\n"]))
    lines = [f"{label};{';'.join(map(str, row))}{tail}" for label, row in zip(labels, rows, strict=True)]
    prm = draw(st.integers(10**13, 10**14 - 1))
    return f"{prm}_{start:%d%m%Y}_{end:%d%m%Y}_Conso_CDC.csv", lines, newline, rows


@settings(max_examples=40, deadline=None)
@given(curves())
def test_what_was_written_is_read(curve):
    name, lines, newline, rows = curve
    content = newline.join(lines).encode()
    expected = np.array(rows, dtype=np.float32).reshape(-1)
    for found in (cdc.read(name, content), cdc_batch.read_many([(name, content)])[0]):
        np.testing.assert_array_equal(found.rows[0]["watts"], expected)
        assert found.rows[0]["step_minutes"] == 60 // len(rows[0])
        assert found.notes == ()


MANGLES = (
    lambda lines, at: lines,
    lambda lines, at: lines[:at] + lines[at + 1 :],
    lambda lines, at: [*lines, lines[at]],
    lambda lines, at: [*lines[:at], lines[at] + "7;", *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], lines[at].replace(";", ";-", 1), *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], lines[at].rstrip(";").rsplit(";", 1)[0] + ";;", *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], "", *lines[at:]],
    lambda lines, at: [*lines[:at], "31/13/2025 00:00;1;2;3;4;", *lines[at:]],
    lambda lines, at: lines[at:] + lines[:at],
    lambda lines, at: [line.replace(";", ";1", 1) if n == at else line + " " for n, line in enumerate(lines)],
    lambda lines, at: [*lines[:at], lines[at].replace(";", ';"', 1), *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], lines[at] + "\r", *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], lines[at].replace(";", "\r;", 2), *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], lines[at].replace(";", ";\r"), *lines[at + 1 :]],
    lambda lines, at: [*lines[:at], "\r", *lines[at:]],
    lambda lines, at: [*lines[:at], "\r", lines[at] + "7;", *lines[at + 1 :]],
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(curves(), st.sampled_from(MANGLES), st.integers(0, 10_000)), min_size=1, max_size=5)
)  # fmt: skip
def test_a_batch_reads_as_its_files_one_by_one(drawn):
    files = []
    for (name, lines, newline, _), mangle, at in drawn:
        files.append((name, newline.join(mangle(lines, at % len(lines))).encode()))
    for (name, content), together in zip(files, cdc_batch.read_many(files), strict=True):
        try:
            alone = cdc.read(name, content)
        except BadFile as refusal:
            assert str(together) == str(refusal)
            continue
        assert not isinstance(together, BadFile)
        np.testing.assert_array_equal(together.rows[0].pop("watts"), alone.rows[0].pop("watts"))
        assert together == alone
