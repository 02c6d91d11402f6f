"""The benchmark runs: each part on a tiny size, what it measures of a program, what it writes in a page."""

import sys
import textwrap

import pytest

from bench import __main__ as bench
from bench import month
from bench.lines import Line, Part, at_least, below, durations

PROGRAM = """
import sys, time
from pathlib import Path
from subprocess import Popen
holder = Popen([sys.executable, "-c", "import time; kept = b'x' * (150 << 20); time.sleep(60)"])
time.sleep(1)
publication = Path(sys.argv[1])
publication.mkdir(parents=True)
(publication / "current").symlink_to("versions")
time.sleep(1)
holder.kill()
sys.exit(int(sys.argv[2]))
"""


@pytest.mark.parametrize("part", ["reading", "kernel", "keys", "bills"])
def test_each_part_gives_figures(part, capsys):
    bench.main([part, "--tiny"])
    printed = capsys.readouterr().out
    assert "MiB" in printed or "GiB" in printed
    assert "≥ " in printed or "< 1 s" in printed or "< 60 s" in printed


def test_an_unknown_part_is_told_with_those_that_exist(capsys):
    with pytest.raises(SystemExit):
        bench.main(["speed"])
    assert "speed: reading, kernel, keys, bills, month" in capsys.readouterr().err


def run_program(tmp_path, monkeypatch, code=0, **options):
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    command = [sys.executable, str(program), str(tmp_path / "home" / "publication"), str(code)]
    monkeypatch.setattr(month, "_command", lambda *_: command)
    return month._run(tmp_path, tmp_path / "home", **options)


def test_the_memory_of_a_run_is_that_of_all_its_processes_and_its_publication_is_seen(tmp_path, monkeypatch):
    run = run_program(tmp_path, monkeypatch, code=3)
    assert run.peak_gib > 150 / 1024
    assert run.published_s < run.whole_s - 0.5


def test_a_run_may_be_ended_at_its_publication(tmp_path, monkeypatch):
    run = run_program(tmp_path, monkeypatch, only_publish=True)
    assert run.published_s is not None


def test_a_run_that_fails_fails_the_benchmark(tmp_path, monkeypatch):
    with pytest.raises(RuntimeError):
        run_program(tmp_path, monkeypatch, code=1)


def test_one_more_file_is_a_curve_with_one_value_changed(tmp_path):
    folder = tmp_path / "enedis" / "ACC00000101_01092025_30092025"
    folder.mkdir(parents=True)
    lines = "".join(f"hour {n};{n};{n};{n};{n};\r\n" for n in range(720))
    (folder / "a_Conso_CDC.csv").write_text(lines, newline="")
    month._publish_again(tmp_path)
    [copy] = tmp_path.glob("enedis/ACC00000101*_rectification/a_Conso_CDC.csv")
    changed = [
        (old, new) for old, new in zip(lines.splitlines(), copy.read_text().splitlines(), strict=True) if old != new
    ]
    assert changed == [("hour 300;300;300;300;300;", "hour 300;1234;300;300;300;")]


def test_a_figure_meets_its_target_or_misses_it():
    assert at_least("ratio", 0.61, 0.6).verdict == "met"
    assert at_least("ratio", 0.59, 0.6).verdict == "MISSED"
    assert below("time", 299, 300, " s").verdict == "met"
    assert below("time", 301, 300, " s").verdict == "MISSED"
    assert Line("time", "3 s").verdict == ""


def test_works_take_turns_and_the_first_run_does_not_count():
    called = []
    taken = durations([lambda: called.append("a"), lambda: called.append("b")], 2, clock=lambda: len(called))
    assert called == list("abababab")[:6]
    assert taken == [[1, 1], [1, 1]]


def test_results_stand_between_their_marks_and_nothing_else_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(
        bench, "PARTS", (Part("kernel", "Split", lambda tiny: [Line("speed", "60 M/s", "≥ 50", True)]),)
    )
    page = tmp_path / "page.md"
    page.write_text("# Title\n<!-- machine -->\n<!-- /machine -->\n<!-- kernel -->\nold\n<!-- /kernel -->\nend\n")
    bench.main(["--write", str(page)])
    written = page.read_text()
    assert "| speed | 60 M/s | ≥ 50 | met |" in written
    assert "old" not in written
    assert written.startswith("# Title\n<!-- machine -->\n")
    assert written.endswith("<!-- /kernel -->\nend\n")
    bench.main(["--write", str(page)])
    assert page.read_text() == written


def test_a_page_without_a_place_for_the_results_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "PARTS", (Part("kernel", "Split", lambda tiny: []),))
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    with pytest.raises(SystemExit, match="no place"):
        bench.main(["--write", str(page)])
    assert page.read_text() == "nothing\n"
