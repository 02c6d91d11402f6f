import hashlib
import os
import time
from datetime import date
from pathlib import Path

import pytest

from energy_pipeline.demo.generate import generate
from tests.unit.demo.reading import anomalies, invoices

SMALL = {"operations": 3, "consumers": 6, "producers": 2, "months": 2}


def tree(root: Path) -> dict[str, tuple[str, float]]:
    return {
        path.relative_to(root).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_same_arguments_give_the_same_bytes_and_times_in_any_time_zone(tmp_path, monkeypatch):
    generate(tmp_path / "a" / "inbox", **SMALL)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        generate(tmp_path / "b" / "inbox", **SMALL)
    finally:
        monkeypatch.undo()
        time.tzset()
    first = tree(tmp_path / "a")
    assert first == tree(tmp_path / "b")
    assert "inbox_anomalies.csv" in first
    assert max(stamp for _, stamp in first.values()) < time.time()


def test_another_seed_gives_other_curves(tmp_path):
    small = {"operations": 1, "consumers": 2, "producers": 1, "months": 1}
    generate(tmp_path / "a" / "inbox", **small)
    generate(tmp_path / "b" / "inbox", **small, seed=7)
    a, b = tree(tmp_path / "a"), tree(tmp_path / "b")
    assert a.keys() == b.keys()
    name = "inbox/enedis/ACC00000101_01092025_30092025/30001000100100_01092025_30092025_Conso_CDC.csv"
    assert a[name] != b[name]


def test_default_inbox_lists_each_anomaly_once_and_two_bills_without_deduction(inbox):
    found = [row["check_name"] for row in anomalies(inbox)]
    assert sorted(found) == [
        "invoice_total_mismatch", "key_file_not_compliant", "missing_steps", "over_billed", "published_energy_differs",
        "published_split_differs", "quarantined_file", "self_consumption_not_deducted",
        "self_consumption_not_deducted", "site_unknown", "synthesis_differs",
    ]  # fmt: skip
    for row in anomalies(inbox):
        place, _, entry = row["path"].partition("!")
        assert not place or (inbox / place).is_file(), row
        assert not entry or place.endswith("export.zip")


@pytest.mark.parametrize(
    "size",
    [
        {"operations": 5, "consumers": 3, "producers": 1, "months": 2},
        {"operations": 1, "consumers": 1, "producers": 1, "months": 1},
        {"operations": 2, "consumers": 14, "producers": 3, "months": 2, "first": date(2026, 3, 15)},
    ],
)
def test_any_size(tmp_path, size):
    generate(tmp_path / "inbox", **size)
    operations = (tmp_path / "inbox" / "operations.toml").read_text(encoding="utf-8")
    assert operations.count("key_type") == size["operations"]
    assert len(list((tmp_path / "inbox" / "enedis").iterdir())) >= size["operations"] * size["months"]
    month = f"{size.get('first', date(2025, 9, 1)):%Y-%m}"
    assert invoices(tmp_path / "inbox", month)
    assert {row["operation_id"] for row in anomalies(tmp_path / "inbox")} <= {
        "", "ACC00000101", "ACC00000102", "ACC00000103",
    }  # fmt: skip


def test_operations_beyond_the_third_are_the_same_whatever_the_number(tmp_path):
    generate(tmp_path / "four" / "inbox", operations=4, consumers=2, producers=1, months=1)
    generate(tmp_path / "six" / "inbox", operations=6, consumers=2, producers=1, months=1)
    four, six = tree(tmp_path / "four" / "inbox" / "enedis"), tree(tmp_path / "six" / "inbox" / "enedis")
    assert four.items() <= six.items()
    assert len(four) < len(six)


@pytest.mark.parametrize("wrong", [{"operations": 0}, {"consumers": 100}, {"months": 0}, {"first": date(2024, 10, 1)}])
def test_refuses_what_it_cannot_make(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"operations|month"):
        generate(tmp_path / "inbox", **wrong)
    assert not os.listdir(tmp_path)  # noqa: PTH208
