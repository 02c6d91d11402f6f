"""Annexe 5 over both changes of hour: what an independent writer wrote is what is read, regular file or not."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.formats import dynamic_keys

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")


def steps_of(day: date) -> list[str]:
    """Labels of the quarter-hours of a day, by walking UTC."""
    at = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    labels = []
    while at.astimezone(PARIS).date() == day:
        labels.append(at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M"))
        at += timedelta(minutes=15)
    return labels


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([date(2025, 3, 30), date(2025, 10, 26), date(2025, 7, 14)]),
    st.integers(1, 4),
    st.sampled_from(["\n", "\r\n"]),
    st.randoms(use_true_random=False),
)
def test_keys_written_are_read(day, consumers, newline, random):
    labels = steps_of(day)
    hundredths = [[random.randint(0, 10_000) for _ in range(consumers)] for _ in labels]
    prms = [f"3000100000{number:04d}" for number in range(consumers)]
    rows = [
        ";".join([label, *(f"{share // 100},{share % 100:02d}" for share in shares)])
        for label, shares in zip(labels, hundredths, strict=True)
    ]
    name = f"ACC00000001_15_{day:%d%m%Y}_{day:%d%m%Y}.txt"
    header = ";".join(["Horodate", *prms])
    expected = np.array(hundredths).T / 100
    accidents = {
        "regular": [header, *rows],
        "closed rows": [header, *(row + ";" for row in rows)],
        "blank line first": ["", header, *rows],
        "last row twice": [header, *rows, rows[-1]],
    }
    for accident, lines in accidents.items():
        found = dynamic_keys.read(name, newline.join(lines).encode())
        np.testing.assert_allclose([row["percents"] for row in found.rows], expected, rtol=0, atol=1e-12)
        assert [row["consumer_prm"] for row in found.rows] == prms
        assert len(found.notes) == (accident == "last row twice")
    missing = dynamic_keys.read(name, newline.join([header, *rows[1:]]).encode())
    assert all(np.isnan(row["percents"][0]) and not np.isnan(row["percents"][1:]).any() for row in missing.rows)


def test_a_plain_file_is_read_in_one_pass(monkeypatch):
    labels = steps_of(date(2025, 10, 26))
    lines = ["Horodate;30001000000001", *(f"{label};40,25" for label in labels)]
    monkeypatch.setattr(dynamic_keys, "_tolerant", None)
    (row,) = dynamic_keys.read("ACC00000001_15_26102025_26102025.txt", "\n".join(lines).encode()).rows
    assert row["percents"].tolist() == [40.25] * 100
