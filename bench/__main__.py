"""Run the benchmark, or some parts of it: `python -m bench [PART …] [--write FILE] [--tiny]`."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: a figure per core

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from bench import bills, kernel, keys, machine, month, reading
from bench.lines import Line, Part

PARTS = (
    Part("reading", "Reading load curves", reading.measure),
    Part("kernel", "The split, consumer-steps per second on one core", kernel.measure),
    Part("keys", "Keys that pay, one core, a year × 60 consumers", keys.measure),
    Part("bills", "A year of bills, read, reconciled and checked", bills.measure),
    Part("month", "A month, files to publication", month.measure),
)


def _table(lines: Sequence[Line]) -> str:
    """Return lines as plain columns."""
    cells = [(line.what, line.measured, line.target, line.verdict) for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(row.rstrip() for row in rows)


def _markdown(part: Part, lines: Sequence[Line]) -> str:
    """Return lines as a section with a table."""
    rows = [f"| {line.what} | {line.measured} | {line.target} | {line.verdict} |" for line in lines]
    return "\n".join([f"### {part.title}", "", "| what | measured | target | |", "|---|---|---|---|", *rows])


def _write(path: Path, part: Part, lines: Sequence[Line]) -> None:
    """Replace the results of a part, and the machine, between their marks in a page."""
    page = path.read_text(encoding="utf-8")
    for name, text in (("machine", machine.description()), (part.name, _markdown(part, lines))):
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not between.search(page):
            raise SystemExit(f"{path}: no place for `{name}`")
        page = between.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)
    path.write_text(page, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print each part; write it to a page as soon as it is known."""
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Time and memory, as medians in one run.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(names)}; all of them by default")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page with a place for the results")
    parser.add_argument(
        "--tiny", action="store_true", help="try the benchmark itself, in seconds: figures mean nothing"
    )
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(names):
        parser.error(f"no part is called {', '.join(sorted(unknown))}: {', '.join(names)}")
    print(machine.description())
    for part in PARTS:
        if asked.parts and part.name not in asked.parts:
            continue
        print(f"\n{part.title}", flush=True)
        lines = part.measure(asked.tiny)
        print(_table(lines), flush=True)
        if asked.write:
            _write(asked.write, part, lines)


if __name__ == "__main__":
    main()
