"""Heat maps of the period, hour by day, as SVG: one path per shade, no text but the axes."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from energy_pipeline import french
from energy_pipeline.reports.charts import TEXT, Chart
from energy_pipeline.reports.rows import HourOfDay

SHADES = ("#eef3f3", "#d0e6e3", "#9fcec8", "#62aea5", "#278a80", "#0c524c")
"""From nothing to the greatest power."""
_LEFT, _BOTTOM, _FONT_SIZE = 38, 20, 12
_WIDE, _NARROW = (540, 10), (300, 8)


def shared(cells: Sequence[HourOfDay]) -> Chart | None:
    """Return the map of the shared production, ours, else as published."""
    if all(cell.shared_kw is None for cell in cells):
        return _map(cells, lambda cell: cell.published_shared_kw, "Production partagée à chaque heure de chaque jour")
    return _map(cells, lambda cell: cell.shared_kw, "Production partagée à chaque heure de chaque jour")


def consumption(cells: Sequence[HourOfDay]) -> Chart | None:
    """Return the map of the consumption."""
    return _map(cells, lambda cell: cell.consumption_kw, "Consommation à chaque heure de chaque jour")


def _map(cells: Sequence[HourOfDay], power: Callable[[HourOfDay], float | None], title: str) -> Chart | None:
    known = [(value, cell) for cell in cells if (value := power(cell)) is not None]
    if not known:
        return None
    most, at = max(known, key=lambda pair: pair[0])
    description = (
        f"{title}, du clair (0) au foncé ({french.number(most, 1)}{french.NBSP}kW, "
        f"{french.week_day(at.day)} à {at.hour}{french.NBSP}h)."
    )
    return Chart(_svg(known, most, *_WIDE), _svg(known, most, *_NARROW), description, has_split=False)


def _svg(known: Sequence[tuple[float, HourOfDay]], most: float, width: int, cell_height: int) -> str:
    days = sorted({cell.day for _, cell in known})
    cell_width = (width - _LEFT) // len(days)
    places = {day: _LEFT + index * cell_width for index, day in enumerate(days)}
    squares: defaultdict[int, list[str]] = defaultdict(list)
    for value, cell in known:
        shade = min(int(value / most * len(SHADES)), len(SHADES) - 1) if most > 0 else 0
        squares[shade].append(
            f"M{places[cell.day]} {cell.hour * cell_height}h{cell_width}v{cell_height}h-{cell_width}z"
        )
    paths = "".join(f'<path fill="{SHADES[shade]}" d="{"".join(squares[shade])}"/>' for shade in sorted(squares))
    bottom = 24 * cell_height
    hours = "".join(_text(_LEFT - 6, hour * cell_height + 10, "end", f"{hour} h") for hour in range(0, 24, 6))
    labels = "".join(_text(places[day], bottom + 15, "start", french.axis_day(day)) for day in days[:-3:7])
    return (
        f'<svg viewBox="0 0 {width} {bottom + _BOTTOM}" aria-hidden="true" focusable="false">{paths}'
        f'<g font-family="sans-serif" font-size="{_FONT_SIZE}" fill="{TEXT}">{hours}{labels}</g></svg>'
    )


def _text(x: int, y: int, anchor: str, said: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{said}</text>'
