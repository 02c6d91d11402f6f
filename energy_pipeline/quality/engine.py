"""The only door to Great Expectations: rules and a frame in, results out. Loading it takes seconds.

It stands in memory, tells nobody anything and draws no progress bar; its own pages load remote files: never made.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import great_expectations as gx
import polars as pl
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from energy_pipeline.quality.rules import Result, Rule
from energy_pipeline.tables import marts

EXAMPLES = 5
_KEYS = {name for table in marts.TABLES for name in table.key} | {"month"}


@cache
def _rows() -> BatchDefinition[Any]:
    """Return what stands for the rows of any frame: made once, the context writes itself anew at each change."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return (
        context.data_sources.add_pandas("publication")
        .add_dataframe_asset("mart")
        .add_batch_definition_whole_dataframe("rows")
    )


def validate(rules: Sequence[Rule], frame: pl.DataFrame) -> dict[str, Result]:
    """Return the result of each rule on the rows of `frame`, by name; the first rows at fault with their keys."""
    suite = gx.ExpectationSuite("rules")
    for rule in rules:
        suite.add_expectation_configuration(
            ExpectationConfiguration(type=rule.expectation, kwargs=dict(rule.arguments), meta={"rule": rule.name})
        )
    validation = (
        _rows()
        .get_batch({"dataframe": _pandas(frame)})
        .validate(
            suite,
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [column for column in frame.columns if column in _KEYS],
                "partial_unexpected_count": EXAMPLES,
            },
        )
    )
    by_name = {rule.name: rule for rule in rules}
    results = [_result(by_name, outcome, frame.height) for outcome in validation.results]
    return {result.rule.name: result for result in results}


def _pandas(frame: pl.DataFrame) -> Any:
    """Return the frame for pandas; days and instants, which only serve as keys, as text."""
    return frame.with_columns(pl.col(pl.Date, pl.Datetime).cast(pl.String)).to_pandas()


def _result(rules: Mapping[str, Rule], outcome: ExpectationValidationResult, rows: int) -> Result:
    assert outcome.expectation_config is not None and outcome.expectation_config.meta is not None
    details = outcome.result or {}
    return Result(
        rule=rules[outcome.expectation_config.meta["rule"]],
        passed=bool(outcome.success),
        rows=rows,
        broken=int(details.get("unexpected_count", 0 if outcome.success else rows)),
        examples=tuple((details.get("partial_unexpected_index_list") or [])[:EXAMPLES]),
        error=_error(outcome.exception_info or {}),
    )


def _error(told: Mapping[str, Any]) -> str | None:
    """Return why an expectation could not be checked: one error, or one per metric."""
    errors = [told] if "raised_exception" in told else [error for error in told.values() if isinstance(error, dict)]
    return next((str(error["exception_message"]) for error in errors if error.get("raised_exception")), None)
