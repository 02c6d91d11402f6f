"""The cookbook, in Markdown, made from `sql/cookbook/`: each file asks a question in its first line and answers it."""

from dataclasses import dataclass

from energy_pipeline.settings import PROJECT, SQL

PAGE = PROJECT / "docs" / "cookbook.md"
FOLDER = SQL / "cookbook"
BEGIN, END = "<!-- questions: made by `make dictionary` from sql/cookbook/ -->", "<!-- end of the questions -->"


@dataclass(frozen=True)
class Recipe:
    """A question, what to know before reading the answer, and the statement that gives it."""

    name: str
    question: str
    notes: str
    sql: str


def recipes() -> tuple[Recipe, ...]:
    """Return the recipes in the order of their files. ValueError when one does not start with its question."""
    return tuple(
        _recipe(path.stem, path.read_text(encoding="utf-8").splitlines()) for path in sorted(FOLDER.glob("*.sql"))
    )


def _recipe(name: str, lines: list[str]) -> Recipe:
    said = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    if not said or not said[0].endswith("?"):
        raise ValueError(f"{name}: the first line is the question, a comment that ends with « ? »")
    statement = "\n".join(line for line in lines if not line.startswith("--")).strip()
    return Recipe(name, said[0], " ".join(said[1:]), statement)


def questions() -> str:
    """Return the questions as sections of Markdown, each with its statement."""
    return "\n\n".join(
        f"### {number}. {recipe.question}\n\n{recipe.notes + chr(10) * 2 if recipe.notes else ''}"
        f"```sql\n{recipe.sql}\n```"
        for number, recipe in enumerate(recipes(), start=1)
    )


def page(written: str) -> str:
    """Return the page `written` with its questions made anew; the rest of it is written by hand."""
    before, rest = written.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{questions()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
