"""Checks of the publication by rules of plausibility, one per mart: they warn and never block.

Here belongs what runs after a publication and looks at it as its readers do.
"""

from collections.abc import Iterator

import dagster as dg

from assets.publication import publication
from assets.resources import Installation
from energy_pipeline import quality, reports


def _name(mart: str) -> str:
    return f"{mart}_is_plausible"


@dg.multi_asset_check(
    name="quality",
    specs=[
        dg.AssetCheckSpec(
            _name(mart), asset=publication, description=" · ".join(rule.title for rule in rules), blocking=False
        )
        for mart, rules in quality.suites().items()
    ],
)
def quality_of_the_publication(installation: Installation) -> Iterator[dg.AssetCheckResult]:
    """Check the rules of `data/reference/quality.toml`; write `reports/qualite.html`, which the index links."""
    home = installation.home_folders()
    assessment = quality.assess(home.publication)
    quality.write(assessment, home.reports)
    reports.write_index(home.publication, home.reports)
    for mart, results in assessment.results.items():
        broken = [result for result in results if not result.passed]
        yield dg.AssetCheckResult(
            check_name=_name(mart),
            asset_key=publication.key,
            passed=not broken,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "règles": len(results),
                "lignes regardées au plus": max(result.rows for result in results),
                "règles non respectées, lignes en défaut": dg.MetadataValue.json(
                    {result.rule.title: result.broken for result in broken}
                ),
            },
        )
