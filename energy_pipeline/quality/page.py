"""The results as a page of ours: `reports/qualite.html`, in French, nothing fetched."""

from collections.abc import Mapping
from pathlib import Path

from energy_pipeline import french
from energy_pipeline.publication import put_in_place
from energy_pipeline.quality import rules
from energy_pipeline.quality.assess import Assessment
from energy_pipeline.reports import QUALITY, page


def write(assessment: Assessment, reports: Path) -> Path:
    """Write the page in the folder of the reports, whole or not at all; return its path."""
    path = reports / QUALITY
    temporary = reports / f".{QUALITY}.partial"
    temporary.write_text(render(assessment), encoding="utf-8")
    put_in_place(temporary, path)
    return path


def render(assessment: Assessment) -> str:
    """Return the page: what is broken first, then every rule by mart."""
    return page.fill(
        "qualite.html.j2",
        assessment=assessment,
        failed=assessment.failed,
        summary_line=_summary(assessment),
        names=rules.names(),
        said=_said,
    )


def _summary(assessment: Assessment) -> str:
    results = [result for of_mart in assessment.results.values() for result in of_mart]
    without_rows = sum(result.rows == 0 and result.passed for result in results)
    checked = len(results) - without_rows
    broken = len(assessment.failed)
    told = f"{french.plural(checked, 'règle vérifiée', 'règles vérifiées')}, "
    told += "toutes respectées." if not broken else f"{french.plural(broken, 'non respectée', 'non respectées')}."
    return told + (f" {french.plural(without_rows, 'sans objet', 'sans objet')}." if without_rows else "")


def _said(example: Mapping[str, object]) -> str:
    """Return the row at fault: its keys, and the value that breaks the rule."""
    return ", ".join(
        f"{name} {french.number(value, 0 if value == int(value) else 4) if isinstance(value, int | float) else value}"
        for name, value in example.items()
        if value is not None
    )
