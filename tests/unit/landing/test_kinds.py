"""What is said of each kind of file: a kind that is added to the registry is added everywhere."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from energy_pipeline.formats.model import BadFile
from energy_pipeline.landing import deliveries, months, registry
from energy_pipeline.landing.walk import Entry
from energy_pipeline.reports import words
from energy_pipeline.tables import landing as t

DATES_ITS_ROWS = {"period_end", "consumption_end"}


@pytest.mark.parametrize("kind", sorted({*t.KINDS} - {"curve"}))
def test_each_kind_has_a_reader(kind):
    """Curves are read in bulk, apart."""
    entry = Entry(("rien.csv",), datetime(2025, 1, 5, tzinfo=ZoneInfo("Europe/Paris")))
    with pytest.raises(BadFile):
        deliveries.read_file(kind, entry, b"rien\n")


def test_a_kind_without_a_reader_is_told():
    entry = Entry(("rien.csv",), datetime(2025, 1, 5, tzinfo=ZoneInfo("Europe/Paris")))
    with pytest.raises(ValueError, match="no reader for unheard"):
        deliveries.read_file("unheard", entry, b"rien\n")


def test_each_kind_is_named_in_the_report():
    assert {kind for kind in words.FILE_KINDS if kind} == set(t.KINDS), "name it in energy_pipeline/reports/words.py"


def test_each_kind_tells_which_months_it_touches():
    """By its rows, else all of them, else that of its reception."""
    for kind, table in t.TABLE_OF_KIND.items():
        is_dated = bool(DATES_ITS_ROWS & set(table.column_names))
        ways = [is_dated, kind in months.EVERYWHERE, kind in months.SHOWN_ONLY]
        assert sum(ways) == 1, f"{kind}: say it in energy_pipeline/landing/months.py"


def test_only_kinds_are_named():
    named = {*t.OF_AN_OPERATION, *registry.REPLACED_IN_PLACE, *months.EVERYWHERE, *months.SHOWN_ONLY}
    assert named <= set(t.KINDS)
