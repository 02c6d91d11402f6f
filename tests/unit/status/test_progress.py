"""How far a run is: told batch by batch, shown as a bar on a terminal, as a line from time to time elsewhere."""

import io

from rich.console import Console

from assets.batches import batches
from assets.progress import Progress, heard, tell
from energy_pipeline.cli.progress import shown


def test_batches_tell_how_many_operations_are_done_of_how_many():
    told = []
    with heard(told.append):
        sizes = [len(ids) for ids in batches([f"ACC{n:08d}" for n in range(120)], "Répartition 09/2025")]
    assert sizes == [50, 50, 20]
    assert told == [Progress("Répartition 09/2025", done, 120, "opérations") for done in (0, 50, 100)]


def test_nobody_needs_to_listen():
    told = []
    with heard(told.append):
        pass
    tell("Réception", 10, None, "fichiers")
    assert told == []


def test_elsewhere_than_on_a_terminal_lines_are_plain_and_spaced_out():
    output = io.StringIO()
    console = Console(file=output, width=40)
    with shown(console, pause_s=0) as progress:
        progress(Progress("Réception", 2000, None, "fichiers"))
        progress(Progress("Répartition 09/2025", 0, 1500, "opérations"))
        progress(Progress("Répartition 09/2025", 150, 1500, "opérations"))
        progress(Progress("Publication", 0, None, ""))
    lines = [
        "Réception : 2\u202f000 fichiers",
        "Répartition 09/2025…",
        "Répartition 09/2025 : 150 / 1\u202f500 opérations",
        "Publication…",
    ]
    assert output.getvalue().splitlines() == lines
    with shown(console, pause_s=60) as progress:
        progress(Progress("Réception", 4000, None, "fichiers"))
    assert output.getvalue().splitlines() == lines


def test_on_a_terminal_a_bar_says_it_and_is_gone_at_the_end():
    output = io.StringIO()
    console = Console(file=output, width=100, force_terminal=True)
    with shown(console) as progress:
        progress(Progress("Répartition 09/2025", 150, 1500, "opérations"))
        console.print("Calcul d'un mois")
        progress(Progress("Publication", 0, None, ""))
    written = output.getvalue()
    assert "150 / 1\u202f500 opérations" in written
    assert "Calcul d'un mois" in written
    assert written.index("Répartition") < written.index("Publication")
    assert written.endswith("\x1b[2K")
