"""Templates of the mails: the same words as the report's; HTML with its styles written in each element."""

import re
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from energy_pipeline import french
from energy_pipeline.mail.recipients import ROLES
from energy_pipeline.reports import summary, words

_CONTROL = re.compile(r"[^\S\n \u00a0\u202f]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": french.number,
        "energy": french.energy,
        "euros": french.euros,
        "percent": french.percent,
        "day": french.day,
        "short_day": french.short_day,
        "of_month": french.of_month,
        "spaced": french.spaced,
    }
    environment.globals |= {
        "plural": french.plural,
        "period_words": french.period,
        "words": words,
        "summary": summary,
        "role_words": ROLES,
    }
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries cannot stand in an element; nothing is fetched.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def text(name: str, **values: object) -> str:
    """Return the template `<name>.txt.j2` filled; names written by others drive no terminal that shows it."""
    return _CONTROL.sub(" ", _environment().get_template(f"{name}.txt.j2").render(**values))


def html(name: str, **values: object) -> str:
    """Return the template `<name>.html.j2` filled, its style sheet written in each element."""
    return _inliner().inline(_environment().get_template(f"{name}.html.j2").render(**values))
