"""Workbooks that would exhaust the memory, or end the process, are refused with a reason before they are read."""

import io
import resource
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from energy_pipeline.formats import grids
from energy_pipeline.formats.model import BadFile
from tests.damage import billion_laughs
from tests.unit.formats.supplier_files import workbook

SOUND = workbook(Feuil1=[["PRM", "kWh"], ["30001000100100", "5"]])


def test_one_cell_at_the_end_of_the_sheet_is_refused():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(BadFile, match="Feuille démesurée") as refused:
        grids.sheets(buffer.getvalue())
    assert refused.value.value == "1048576 lignes, 16384 colonnes"


def test_a_column_beyond_all_others_is_refused_however_few_its_cells():
    """Found by the fuzz: N3 become NaNN3 took a minute and a gigabyte, within the number of cells."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="B2"', b'r="NaNN2"'))
    with pytest.raises(BadFile, match="Feuille démesurée") as refused:
        grids.sheets(made.getvalue())
    assert refused.value.value == "2 lignes, 247118 colonnes"


def test_a_table_of_texts_that_says_to_hold_billions_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'uniqueCount="4"', b'uniqueCount="30001000000101"'))
    assert b"30001000000101" in made.getvalue()
    with pytest.raises(BadFile, match="Classeur illisible"):
        grids.sheets(made.getvalue())


def test_a_large_sheet_within_the_limit_is_read():
    [sheet] = grids.sheets(workbook(Feuil1=[["a"] * 50] * 2000))
    assert (len(sheet.lines), len(sheet.lines[0])) == (2000, 50)


def test_a_part_that_unpacks_out_of_measure_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w") as part:
            for _ in range(257):
                part.write(b" " * (1 << 20))
    with pytest.raises(BadFile, match="contenu démesuré"):
        grids.sheets(made.getvalue())


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_billion_laughs_are_not_laughed(part: str):
    """In a process of its own, which may take 600 MB more than it has, and ten seconds."""
    script = (
        "import sys, resource; from energy_pipeline.formats import grids\n"
        "from energy_pipeline.formats.model import BadFile\n"
        "content = sys.stdin.buffer.read(); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: grids.sheets(content)\n"
        "except BadFile as refused: print(refused)\n"
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], input=billion_laughs(SOUND, part), capture_output=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (10, 10)),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode()[-500:]
