"""The pages for developers name only files, commands and modules that exist; each recipe has four steps."""

import re

import pytest

from energy_pipeline.settings import PROJECT

PAGES = ("CONTRIBUTING.md", "docs/architecture.md")
FOLDERS = ("", "energy_pipeline")
"""Where a path named in a page starts from; a module may be named from the package."""
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w./*<>-]+(?:\.(?:py|toml|csv|sql|md|yaml|lock)|/)")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def text(page: str) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def exists(path: str) -> bool:
    """Whether something bears that name; `<…>` stands for any word."""
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    return any(next((PROJECT / folder).glob(pattern), None) for folder in FOLDERS)


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page):
    written = {word for quoted in QUOTED.findall(text(page)) for word in quoted.split() if PATH.fullmatch(word)}
    of_a_home = {"publication/", "reports/<month>/<operation>/", "quarantine/", "outbox/", "reports/qualite.html"}
    missing = sorted(path for path in written - of_a_home if not exists(path))
    assert written and not missing


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page):
    folder = (PROJECT / page).parent
    assert [link for link in LINK.findall(text(page)) if not (folder / link).exists()] == []


def test_a_path_that_does_not_exist_is_told():
    assert not exists("allocation/explain.py")
    assert exists("formats/model.py") and exists("sql/examples/<mart>.sql")


def test_every_package_stands_in_the_architecture():
    packages = {path.parent.name for path in (PROJECT / "energy_pipeline").glob("*/__init__.py")}
    assert {name for name in packages if f"`{name}/`" not in text("docs/architecture.md")} == set()


def test_every_command_of_make_exists():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", text("CONTRIBUTING.md"))) <= targets


def test_each_recipe_has_four_steps():
    recipes = re.split(r"^## ", text("CONTRIBUTING.md"), flags=re.MULTILINE)[1:]
    steps = {recipe.splitlines()[0]: len(re.findall(r"^\d\. ", recipe, re.MULTILINE)) for recipe in recipes}
    added = {title: count for title, count in steps.items() if title.startswith("Add ")}
    assert len(added) >= 6 and set(added.values()) == {4}
