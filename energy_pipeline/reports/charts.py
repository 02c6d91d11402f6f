"""Charts as SVG, made without a browser, a font file or the network; French numbers, days written by babel."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import vl_convert

from energy_pipeline import french
from energy_pipeline.reports.rows import Day, Hour

SHARED = "#0f766e"
SURPLUS = "#b9dcd7"
CONSUMPTION = "#1f2937"
GRID = "#e5e7eb"
TEXT = "#4b5563"
WIDE = (540, 230)
NARROW = (300, 210)

_OPENING = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")


@dataclass(frozen=True)
class Chart:
    """A chart in two widths (wide screen and paper, phone) with its description for those who do not see it."""

    wide: str
    narrow: str
    description: str
    has_split: bool


def daily(days: Sequence[Day]) -> Chart | None:
    """Return the chart of each day's production, split into shared and surplus, beside consumption, in kWh."""
    if not any(day.production_kwh is not None or day.consumption_kwh is not None for day in days):
        return None
    published = all(day.shared_kwh is None for day in days)
    rows = [
        _row(
            f"{day.day:%Y-%m-%d}",
            day.consumption_kwh,
            day.production_kwh,
            day.published_shared_kwh if published else day.shared_kwh,
            day.published_surplus_kwh if published else day.surplus_kwh,
        )
        for day in days
    ]
    labels = {f"{day.day:%Y-%m-%d}": french.axis_day(day.day) for day in days}
    return Chart(
        _svg(rows, WIDE, "kWh par jour", labels, every=4, bars=True),
        _svg(rows, NARROW, "kWh par jour", labels, every=10, bars=True),
        _describe_days(days),
        any(row["shared"] is not None for row in rows),
    )


def hourly(hours: Sequence[Hour]) -> Chart | None:
    """Return the chart of the average day: mean power at each hour, in kW."""
    if not any(hour.production_kw is not None or hour.consumption_kw is not None for hour in hours):
        return None
    published = all(hour.shared_kw is None for hour in hours)
    rows = [
        _row(
            f"{hour.hour:02d}",
            hour.consumption_kw,
            hour.production_kw,
            hour.published_shared_kw if published else hour.shared_kw,
            hour.published_surplus_kw if published else hour.surplus_kw,
        )
        for hour in hours
    ]
    labels = {f"{hour.hour:02d}": f"{hour.hour} h" for hour in hours}
    return Chart(
        _svg(rows, WIDE, "kW en moyenne", labels, every=3, bars=False),
        _svg(rows, NARROW, "kW en moyenne", labels, every=6, bars=False),
        _describe_hours(hours),
        any(row["shared"] is not None for row in rows),
    )


def _row(
    label: str, consumption: float | None, production: float | None, shared: float | None, surplus: float | None
) -> dict[str, str | float | None]:
    """Return a row of the chart; a production that is not split counts whole as surplus."""
    unsplit = shared is None or surplus is None
    return {
        "label": label,
        "consumption": consumption,
        "shared": None if unsplit else shared,
        "surplus": production if unsplit else surplus,
    }


def _svg(
    rows: Sequence[dict[str, str | float | None]],
    size: tuple[int, int],
    unit: str,
    labels: dict[str, str],
    *,
    every: int,
    bars: bool,
) -> str:
    shown = [label for index, label in enumerate(labels) if index % every == 0]
    names = ", ".join(f"'{label}': '{labels[label]}'" for label in shown)
    x = alt.X(
        "label:O",
        sort=None,
        scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1) if bars else alt.Undefined,
        axis=alt.Axis(
            title=None, values=shown, labelExpr=f"{{{names}}}[datum.value]", labelAngle=0, ticks=False, labelPadding=8
        ),
    )
    y = alt.Axis(title=unit, titleAngle=0, titleAlign="left", titleAnchor="end", titleY=-10, titleX=0, format=",~r")
    scale = alt.Scale(domainMin=0, nice=True)
    split = (
        alt.Chart()
        .transform_fold(["shared", "surplus"], as_=["part", "value"])
        .encode(
            x=x,
            y=alt.Y("value:Q", stack="zero", axis=y, scale=scale),
            order=alt.Order("part:N"),
            color=alt.Color(
                "part:N", legend=None, scale=alt.Scale(domain=["shared", "surplus"], range=[SHARED, SURPLUS])
            ),
        )
    )
    split = split.mark_bar() if bars else split.mark_area(interpolate="monotone")
    line = (
        alt.Chart()
        .mark_line(color=CONSUMPTION, strokeWidth=2, interpolate="step" if bars else "monotone")
        .encode(x=x, y=alt.Y("consumption:Q", axis=y, scale=scale))
    )
    chart = (
        alt.layer(split, line, data=alt.Data(values=list(rows)))
        .properties(width=size[0] - 60, height=size[1] - 50, padding=4, background="transparent")
        .configure(aria=False, font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            domainColor="#9ca3af", gridColor=GRID, labelColor=TEXT, titleColor=TEXT, labelFontSize=12, titleFontSize=12,
            titleFontWeight="normal", tickColor="#9ca3af",
        )
        .configure_axisX(grid=False)
        .configure_axisY(domain=False, ticks=False, tickCount=4)
    )  # fmt: skip
    return _drawn(json.dumps(chart.to_dict(validate=False)))


@lru_cache(maxsize=8)
def _drawn(specification: str) -> str:
    """Return the SVG of a Vega-Lite specification, kept: the page and the PDF of a report show the same charts."""
    svg = vl_convert.vegalite_to_svg(specification, format_locale="fr-FR", allowed_base_urls=[])
    return _OPENING.sub(r'<svg viewBox="\1" aria-hidden="true" focusable="false">', svg, count=1)


def _describe_days(days: Sequence[Day]) -> str:
    known = [day for day in days if day.production_kwh is not None]
    if not known:
        return "Consommation par jour ; aucune production connue."
    best = max(known, key=lambda day: day.production_kwh or 0.0)
    worst = min(known, key=lambda day: day.production_kwh or 0.0)
    return (
        "Production de chaque jour, partagée et en surplus, et consommation. Meilleur jour : "
        f"{french.week_day(best.day)}, {french.energy(best.production_kwh)} produits ; plus faible : "
        f"{french.week_day(worst.day)}, {french.energy(worst.production_kwh)}."
    )


def _describe_hours(hours: Sequence[Hour]) -> str:
    producing = [hour for hour in hours if hour.production_kw]
    if not producing:
        return "Consommation moyenne à chaque heure de la journée ; aucune production connue."
    peak = max(producing, key=lambda hour: hour.production_kw or 0.0)
    return (
        "Puissance moyenne à chaque heure de la journée. La production culmine vers "
        f"{peak.hour}{french.NBSP}h avec {french.number(peak.production_kw, 1)}{french.NBSP}kW ; la consommation est "
        f"alors de {french.number(peak.consumption_kw, 1)}{french.NBSP}kW."
    )
