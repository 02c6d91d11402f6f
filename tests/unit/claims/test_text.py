"""The small markup of the templates, and the addressees."""

from pathlib import Path

import jinja2
import pytest

from energy_pipeline.claims import AddresseesError, read_addressees
from energy_pipeline.claims.model import Table, Text
from energy_pipeline.claims.text import blocks, render, runs
from energy_pipeline.settings import REFERENCE

TABLE = Table((), ())


def test_blocks_of_a_template():
    template = (
        "## Titre\n\nUn paragraphe\nsur deux lignes.\n\n- un point ;\n\n[[table]]\n\n{% if no %}\nrien\n{% endif %}\n"
    )
    assert blocks(template, {"no": False}, {"table": TABLE}) == (
        Text("heading", "Titre"),
        Text("paragraph", "Un paragraphe sur deux lignes."),
        Text("item", "un point\u202f;"),
        TABLE,
    )


def test_what_others_write_is_one_line_without_marks():
    made = blocks("Le site {{ name }} est cité.", {"name": "A\n\n## B\r\n[[table]] **C** {{ d }}"}, {})
    assert made == (Text("paragraph", "Le site A ## B [table]] C {{ d }} est cité."),)


def test_a_fact_that_is_not_known_is_our_fault():
    with pytest.raises(jinja2.UndefinedError):
        render("{{ unknown }}", {})


def test_bold_parts():
    assert runs("avant **gras** après") == [("avant ", False), ("gras", True), (" après", False)]


def test_typography():
    assert render("l'article L. 315-4 : « oui » ; n° 5 !", {}) == (
        "l’article\u00a0L.\u00a0315-4\u00a0: «\u00a0oui\u00a0»\u202f; n°\u00a05\u202f!"
    )


def test_the_example_of_addressees_is_read():
    read = read_addressees(REFERENCE / "addressees.example.toml")
    assert read["Enedis"][0] == "Enedis"
    assert set(read) == {"Fournisseur du Val", "Enedis"}
    assert read_addressees(Path("nowhere.toml")) == {}


@pytest.mark.parametrize("written", ["[Enedis", '[Enedis]\nligne = "x"', "[Enedis]\nlines = []", "Enedis = 3"])
def test_addressees_that_cannot_be_read_are_refused(tmp_path, written):
    path = tmp_path / "addressees.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(AddresseesError, match=r"addressees\.toml"):
        read_addressees(path)
