"""Every command of the French guide is run, in its order, in one folder, on the demo; its links and pictures exist."""

import re
import shlex

import pytest

from energy_pipeline.settings import PROJECT
from tests.integration.conftest import Installation, energy_pipeline

GUIDE = PROJECT / "docs" / "guide.fr.md"
MADE_BY_THE_FIXTURE = {"demo", "run"}


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_command_of_the_guide_works(demo: Installation, tmp_path):
    (tmp_path / "boite").symlink_to(demo.inbox)
    home = tmp_path / "resultats"
    home.mkdir()
    for held in demo.home.iterdir():  # what the commands note in the home is not for the other tests
        (home / held.name).symlink_to(held)
    ran = set()
    for line in commands():
        program, *arguments = shlex.split(line)
        assert program == "energy-pipeline", line
        ran.add(arguments[0])
        if arguments[0] in MADE_BY_THE_FIXTURE:
            continue
        done = energy_pipeline(*arguments, folder=tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert ran >= MADE_BY_THE_FIXTURE | {"status", "sql", "explain", "bill", "claims", "keys", "annexe2", "send"}
    assert (tmp_path / "echeances.ics").is_file()
    assert list((tmp_path / "reclamations").rglob("*.docx"))
    assert list((tmp_path / "relances").glob("relance_*.docx"))
    assert (home / "claims_sent.csv").is_file() and not (demo.home / "claims_sent.csv").exists()
    assert list((tmp_path / "cles").glob("ACC00000103_15_*.txt"))
    assert list((tmp_path / "essai").glob("*.eml"))


@pytest.mark.parametrize("page", ["README.md", "docs/guide.fr.md", "docs/demarrer.fr.md", "docs/architecture.md"])
def test_the_links_of_the_pages_lead_somewhere(page):
    path = PROJECT / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{page}: {target}"
