"""What stands on each sheet of the PDF: cards, tables, charts and findings as plain text for the template."""

import re
from collections.abc import Sequence

from energy_pipeline import french
from energy_pipeline.french import energy, euros, number, percent, short_day, signed
from energy_pipeline.reports import charts, heat, summary, words
from energy_pipeline.reports.charts import Chart
from energy_pipeline.reports.rows import Finding, ReportContent

Block = dict[str, object]
FINDINGS_SHOWN = 60
PROOFS_SHOWN = 4
FAILED_CHECKS_SHOWN = 30
PRODUCERS_SHOWN = 6
_FONT = re.compile(r'font-family="[^"]*"')


def cards(content: ReportContent) -> list[list[Block]]:
    """Return the cards of the first page, row by row."""
    claims = summary.claims(content.findings)
    amount_eur, ttc_eur = summary.claimed(claims)
    to_pay, saving = summary.to_pay(content.findings), summary.saving(content)
    owed = [f"soit {euros(ttc_eur)} TTC"] if claims and ttc_eur is not None else []
    owed += [f"{claim.who} : {euros(claim.amount_eur)} HT" for claim in claims]
    owed += [f"À prévoir, non facturé à ce jour : {euros(to_pay)} HT."] if to_pay else []
    claimed = f"{euros(amount_eur)} HT" if claims else french.DASH
    saved = french.DASH if saving.amount_eur is None else f"{euros(saving.amount_eur)} HT"
    # An error without euros leaves the sum open: nothing quantified is not nothing to claim.
    is_open = summary.unquantified(content.findings)
    nothing = "Aucun montant chiffré à ce jour." if is_open else "Rien à réclamer pour cette période."
    return [
        [_produced(content, "Produit", "production_kwh"), _produced(content, "Partagé", "self_consumption_kwh")],
        [_rate(content, indicator) for indicator in words.INDICATORS],
        [
            _card("À réclamer", claimed, owed if claims else [nothing, *owed], marked=True),
            _card("Économisé", saved, [summary.saving_sentence(content)]),
        ],
    ]


def _card(title: str, figure: str, notes: Sequence[str], *, marked: bool = False) -> Block:
    return {"title": title, "figure": figure, "notes": [french.spaced(note) for note in notes], "marked": marked}


def _produced(content: ReportContent, title: str, name: str) -> Block:
    now = summary.headline(content.period, name)
    if now.value is None:
        said = f"{summary.reason(content.period, name).capitalize()}."
    else:
        said = "Publié par Enedis." if now.is_published else "Recalculé."
    return _card(title, energy(now.value), [f"{said} {summary.before(content, name)}".rstrip()])


def _rate(content: ReportContent, indicator: words.Indicator) -> Block:
    rate = summary.headline(content.period, indicator.name)
    if rate.value is None:
        said = f"{summary.reason(content.period, indicator.name).capitalize()}."
    else:
        said = indicator.sentence.replace("%s", number(rate.value * 100))
        said += " Publié par Enedis." if rate.is_published else ""
    return _card(indicator.title, percent(rate.value), [f"{said} {summary.before(content, indicator.name)}".rstrip()])


def action(row: summary.Action) -> Block:
    """Return something to do."""
    amount = f", {euros(row.amount_eur)} HT" if row.amount_eur else ""
    count = f" ({row.count})" if row.count > 1 else ""
    return {
        "title": french.spaced(f"{row.title}{count}"),
        "action": french.spaced(row.action),
        "facts": f"{words.SEVERITIES[row.severity]}, {row.who}{amount}",
    }


def sections(content: ReportContent) -> list[Block]:
    """Return the sections after the first page, those without content left out but for a sentence."""
    return [
        {"title": "Énergie", "blocks": _energy(content)},
        {"title": "Consommateurs", "blocks": _consumers(content)},
        {"title": "Producteurs", "blocks": _producers(content)},
        *_exchanges(content),
        {"title": "Clés de répartition", "blocks": _keys(content)},
        {"title": "Factures", "blocks": _bills(content)},
        {"title": "Constats", "blocks": _findings(content)},
        {"title": "Qualité des données", "blocks": _quality(content)},
        {"title": "Définitions", "blocks": [
            {"kind": "definition", "word": row.word, "text": french.spaced(row.meaning),
             "source": french.spaced(f"{row.source}.")}
            for row in words.DEFINITIONS
        ]},
    ]  # fmt: skip


def _text(text: str, kind: str = "text") -> Block:
    return {"kind": kind, "text": french.spaced(text)}


def _table(
    columns: str | Sequence[str],
    rows: Sequence[Sequence[str]],
    totals: Sequence[Sequence[str]] = (),
    widths: Sequence[int] = (),
) -> Block:
    """Return a table; `columns`: titles separated by `|`, those of numbers marked by `#`.

    `widths`: the parts that the columns of text have of the width that is left; 0: no more than its text needs.
    """
    titles = columns.split("|") if isinstance(columns, str) else columns
    return {
        "kind": "table",
        "columns": [
            {"title": title.removeprefix("#"), "number": title.startswith("#"), "width": width}
            for title, width in zip(titles, widths or [1] * len(titles), strict=True)
        ],
        "rows": rows,
        "totals": totals,
    }


def _chart(title: str, chart: Chart) -> Block:
    # Two charts stand side by side: the narrow ones, made for such a width.
    svg = _FONT.sub('font-family="Libertinus Serif"', chart.narrow)
    marks = [(charts.SHARED, "Production partagée", False), (charts.SURPLUS, "Surplus", False)]
    if not chart.has_split:
        marks = [(charts.SURPLUS, "Production (partage inconnu)", False)]
    marks.append((charts.CONSUMPTION, "Consommation", True))
    return {
        "title": title,
        "svg": svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
        "description": chart.description,
        "legend": [{"colour": colour, "word": word, "line": line} for colour, word, line in marks],
    }


def _energy(content: ReportContent) -> list[Block]:
    period, previous, year_before = content.period, content.previous, content.year_before
    profiles = (("Jour par jour", charts.daily(content.days)), ("La journée moyenne", charts.hourly(content.hours)))
    maps = (("Production partagée", heat.shared(content.heat)), ("Consommation", heat.consumption(content.heat)))
    drawn = [
        [_chart(title, chart) for title, chart in profiles if chart],
        [_chart(f"{title}, heure par heure", chart) | {"legend": []} for title, chart in maps if chart],
    ]
    blocks: list[Block] = [{"kind": "charts", "charts": pair} for pair in drawn if pair]
    blocks = blocks or [_text("Aucune courbe pour cette période : pas de graphique.")]
    rows = [
        [
            f"{label} (kWh)", number(getattr(period, name), 1), number(getattr(period, f"published_{name}"), 1),
            signed(summary.difference(period, name), 1),
            number(summary.figure(previous, name).value, 1) if previous else french.DASH,
            *([number(summary.figure(year_before, name).value, 1)] if year_before else []),
        ]
        for name, label in words.ENERGIES
    ]  # fmt: skip
    rows += [
        [
            f"Taux : {indicator.title.lower()}", percent(getattr(period, indicator.name)),
            percent(getattr(period, f"published_{indicator.name}")),
            summary.points(getattr(period, indicator.name), getattr(period, f"published_{indicator.name}"))
            or french.DASH,
            percent(summary.figure(previous, indicator.name).value) if previous else french.DASH,
            *([percent(summary.figure(year_before, indicator.name).value)] if year_before else []),
        ]
        for indicator in words.INDICATORS
    ]  # fmt: skip
    blocks.append(_text("Recalculé, publié par Enedis, période précédente", "heading"))
    columns = "Indicateur|#Recalculé|#Publié par Enedis|#Écart|#Période précédente"
    blocks.append(_table(columns + ("|#Un an avant" if year_before else ""), rows))
    return blocks


def _consumers(content: ReportContent) -> list[Block]:
    if not content.consumers:
        return [_text("Aucun consommateur connu pour cette période.")]
    rows = [
        [
            row.name or "Nom inconnu", row.prm, number(row.consumption_kwh, 1), number(row.self_consumption_kwh, 1),
            number(row.complement_kwh, 1), percent(row.self_production_rate),
            number(row.published_self_consumption_kwh, 1), signed(summary.difference(row, "self_consumption_kwh"), 1),
            euros(row.saving_eur),
        ]
        for row in content.consumers
    ]  # fmt: skip
    names = ("consumption_kwh", "self_consumption_kwh", "complement_kwh")
    totals = [
        "Total", "", *(number(summary.total(content.consumers, name), 1) for name in names),
        percent(content.period.self_production_rate),
        number(summary.total(content.consumers, "published_self_consumption_kwh"), 1),
        signed(summary.total_difference(content.consumers, "self_consumption_kwh"), 1),
        euros(summary.saving(content).amount_eur),
    ]  # fmt: skip
    return [
        _table(
            "Site|PRM|#Consommé|#Autoconsommé|#Complément|#Auto-production|#Publié|#Écart|#Économie HT",
            rows, [totals], (1, 0, 1, 1, 1, 1, 1, 1, 1),
        ),
        _text("En kWh. « Publié » : autoconsommation publiée par Enedis ; écart : recalculé moins publié.", "note"),
    ]  # fmt: skip


def _producers(content: ReportContent) -> list[Block]:
    if not content.producers:
        return [_text("Aucun producteur connu pour cette période.")]
    rows = [
        [
            row.name or "Nom inconnu", row.prm, number(row.production_kwh, 1), number(row.self_produced_kwh, 1),
            number(row.surplus_kwh, 1), percent(row.self_consumption_rate),
            number(row.published_self_produced_kwh, 1), signed(summary.difference(row, "self_produced_kwh"), 1),
        ]
        for row in content.producers
    ]  # fmt: skip
    names = ("production_kwh", "self_produced_kwh", "surplus_kwh")
    totals = [
        "Total", "", *(number(summary.total(content.producers, name), 1) for name in names),
        percent(content.period.self_consumption_rate),
        number(summary.total(content.producers, "published_self_produced_kwh"), 1),
        signed(summary.total_difference(content.producers, "self_produced_kwh"), 1),
    ]  # fmt: skip
    return [
        _table(
            "Installation|PRM|#Produit|#Partagé|#Surplus|#Auto-consommation|#Partagé publié|#Écart",
            rows, [totals], (1, 0, 1, 1, 1, 1, 1, 1),
        )
    ]  # fmt: skip


def _exchanges(content: ReportContent) -> list[Block]:
    """Return the section of the exchanges: one column per producer, hence none for a crowd of them."""
    producers, rows = summary.exchanges(content)
    if not rows or len(producers) > PRODUCERS_SHOWN:
        return []
    names = {row.prm: row.name for row in content.names}
    columns = ["Consommateur", "PRM", *(f"#{names.get(prm, '')} {prm}" for prm in producers)]
    listed = [
        [names.get(prm, "Nom inconnu"), prm, *(number(given.value, 1) for given in figures)] for prm, figures in rows
    ]
    return [{"title": "De chaque producteur à chaque consommateur (kWh)", "blocks": [_table(columns, listed)]}]


def _keys(content: ReportContent) -> list[Block]:
    names = {row.prm: row.name for row in content.names}
    said = [summary.keys_sentence(content), summary.default_steps_sentence(content)]
    blocks = [_text(" ".join(part for part in said if part))]
    if content.keys:
        rows = [
            [
                names.get(key.consumer_prm, "Nom inconnu"), key.consumer_prm, key.producer_prm or "tous",
                percent(key.share, 2), short_day(key.valid_from), short_day(key.valid_to),
            ]
            for key in content.keys
        ]  # fmt: skip
        blocks.append(
            _table("Consommateur|PRM|Producteur|#Part|Depuis le|Jusqu'au, exclu", rows, (), (1, 0, 0, 1, 0, 0))
        )
    return blocks


def _bills(content: ReportContent) -> list[Block]:
    if not content.bills:
        return [_text("Aucune facture reçue pour cette période.")]
    rows = [
        [
            bill.site_name or "Site sans nom", bill.prm or "PRM absent", bill.invoice_number,
            f"{short_day(bill.period_start)} au {short_day(bill.period_end)}", number(bill.billed_kwh),
            number(bill.expected_kwh), words.VERDICTS[bill.verdict], euros(bill.amount_eur),
        ]
        for bill in content.bills
    ]  # fmt: skip
    blocks = [
        _table("Site|PRM|Facture|Dates|#Facturé (kWh)|#Attendu (kWh)|Verdict|#En trop (HT)", rows, (),
               (1, 0, 0, 0, 1, 1, 1, 1))
    ]  # fmt: skip
    blocks += [_text(f"{words.VERDICTS['no_curve']}. {said}", "note") for said in summary.unverified_reasons(content)]
    if counts := summary.decisions(content):
        told = ", ".join(f"{said.lower()} : {number(count)}" for said, count in counts)
        blocks.append(_text(f"Contrôles de ces factures : {told}."))
    if content.failed_checks:
        failed = [
            [summary.check(row.check_name).title, row.invoice_number, row.prm or "PRM absent",
             summary.checked(row.invoiced, row.unit),
             summary.checked(row.expected, row.unit), words.DECISIONS[row.decision], euros(row.amount_eur)]
            for row in content.failed_checks[:FAILED_CHECKS_SHOWN]
        ]  # fmt: skip
        columns = "Contrôle|Facture|PRM|#Facturé|#Attendu|Décision|#Montant (HT)"
        blocks.append(_table(columns, failed, (), (1, 0, 0, 1, 1, 0, 1)))
    return blocks


def _findings(content: ReportContent) -> list[Block]:
    names = {row.prm: row.name for row in content.names}
    blocks = [_finding(content, row, names) for row in content.findings[:FINDINGS_SHOWN]]
    hidden = len(content.findings) - FINDINGS_SHOWN
    if hidden > 0:
        blocks.append(
            _text(f"Et {french.plural(hidden, 'autre constat', 'autres constats')} : classeur, feuille Constats.")
        )
    return blocks or [_text("Aucun constat pour cette période.")]


def _finding(content: ReportContent, row: Finding, names: dict[str, str]) -> Block:
    facts = [words.SEVERITIES[row.severity], summary.who(row.party, row.supplier)]
    facts += [f"{euros(row.amount_eur)} HT"] if row.amount_eur is not None else []
    facts += [f"{euros(row.amount_ttc_eur)} TTC"] if row.amount_ttc_eur is not None else []
    about = [f"{names.get(row.prm, 'PRM')} {row.prm}"] if row.prm else []
    about += [f"facture {row.invoice_number}"] if row.invoice_number else []
    explained = summary.explanation(content, row)
    notes = [", ".join(about), f"{explained[0]} : {' ; '.join(explained[1])}." if explained else ""]
    listed = summary.proofs(content, row)
    proofs = [proof.text for proof in listed[:PROOFS_SHOWN]]
    if len(listed) > PROOFS_SHOWN:
        rest = french.plural(len(listed) - PROOFS_SHOWN, "autre preuve", "autres preuves")
        proofs.append(f"et {rest} : classeur, feuille Constats")
    return {
        "kind": "finding",
        "grave": row.severity == "error",
        "facts": ", ".join(facts),
        "title": french.spaced(summary.check(row.check_name).title),
        "message": french.spaced(row.message),
        "notes": [french.spaced(note) for note in (*notes, *(f"Preuve : {proof}" for proof in proofs)) if note],
    }


def _quality(content: ReportContent) -> list[Block]:
    period = content.period
    expected = french.plural(period.steps_expected, "point de mesure attendu", "points de mesure attendus")
    faults = f"{french.plural(period.steps_estimated, 'estimé')}, {french.plural(period.steps_missing, 'manquant')}"
    has_fault = period.steps_missing or period.steps_estimated
    blocks = [_text(f"{expected} : {faults if has_fault else 'tous mesurés'}.")]
    if content.files:
        rows = [
            [words.FILE_KINDS[row.kind], number(row.loaded), number(row.superseded), number(row.duplicate),
             number(row.quarantined)]
            for row in content.files
        ]  # fmt: skip
        blocks.append(_table("Fichiers|#Chargés|#Remplacés|#En double|#Refusés", rows))
    blocks += [_text(f"Refusé : {row.name} : {row.reason or 'raison inconnue'}") for row in content.quarantined]
    return blocks
