import re
from dataclasses import replace
from html.parser import HTMLParser

from energy_pipeline.reports import charts, page
from tests.unit.reports.conftest import EVIL_FORMULA, EVIL_TAG, PARTS

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Reads a page: text, headings, header cells, ids, links; complains of a tag that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.headings, self.stack = "", [], []
        self.ids, self.anchors, self.tags, self.bare_headers = [], [], [], 0
        self.feed(html)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if tag not in VOID:
            self.stack.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and "scope" not in values:
            self.bare_headers += 1
        if "id" in values:
            self.ids.append(values["id"])
        if values.get("href", "").startswith("#"):
            self.anchors.append(values["href"][1:])

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, (tag, self.stack)

    def handle_data(self, data):
        if self.stack and self.stack[-1] not in {"style", "text"}:
            self.text += data


def words(report) -> str:
    return re.sub(r"\s+", " ", Outline(page.render(report)).text.replace("\u202f", " "))


def test_no_sign_stands_alone_at_the_start_of_a_line_and_a_file_keeps_its_name(report):
    evidence = '[{"file": "« Période » : a.csv", "line": 3, "value": "vrai ?"}]'
    html = page.render(replace(report, findings=(replace(report.findings[0], evidence=evidence),)))
    assert "« Période » : a.csv</span>" in html
    said = Outline(html).text.replace("« Période » : a.csv", "")
    assert re.findall(r".* [:;!?%»].*", said) == []
    assert "vrai\u202f?" in said


def test_the_figures_are_those_of_the_marts_in_french(report):
    text = words(report)
    for expected in (
        "Période du 15 septembre au 14 octobre 2025.",
        "Produit 4 322 kWh Recalculé. Période précédente : 5 000 kWh (−14 %).",
        "Partagé 3 210 kWh Recalculé. Période précédente : 3 000 kWh (+7 %).",
        "74,3 % Sur 100 kWh produits, 74 sont consommés dans l'opération. Période précédente : 60,0 %.",
        "26,0 % Sur 100 kWh consommés, 26 viennent de nos producteurs.",
        "35,0 % La production représente 35 % de la consommation.",
        "À réclamer 1 235,86 € HT TTC : — (non chiffré pour Enedis)",
        "Énergies & Cie : 1 234,56 € HT, 1 481,47 € TTC",
        "Enedis : 1,30 € HT",
        "À prévoir, non facturé à ce jour : 20,50 € HT.",
        "Économisé 150,05 € HT Achats évités, moins le prix de l'électricité locale et les frais de l'organisateur, "
        "si la répartition juste est appliquée. Sans 1 site dont les prix ne sont pas renseignés.",
        "12 345,7 12 345,0 +0,7",
        "9 135,4 9 144,8 −9,3",
        "74,3 % 74,0 % +0,3 point 60,0 %",
        f"École du Bourg{EVIL_FORMULA}30001000000101depuis le 20/09/2025 "
        "8 000,5 2 000,3 6 000,3 25,0 % 1 990,3 +10,0 150,05 €",
        "École du Bourg30001000000101 tous 61,25 % depuis le 15/09/2025",
        "Ancien site30001000000103 tous 5,00 %",
        "Clés par défaut appliquées à 1 pas de mesure",
        "École du Bourg30001000000101 +33FACTÉnergies & Cie 15/09/2025au 14/10/2025 8 000relevée 6 010 "
        "Autoconsommation non déduite 1 234,56 €",
        "factures/export.xlsx, ligne 7 : valeur 1 200 kWh",
        "8 640 points de mesure attendus : 12 estimés9, 0 manquant.",
        "b.csv : valeur illisible (ligne 12, colonne « 3 », valeur « 12x5 »)",
    ):
        assert expected.replace("\u00a0", " ") in text.replace("\u00a0", " "), expected


def test_names_from_the_data_are_text(report):
    html = page.render(report)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4
    assert EVIL_TAG in Outline(html).text


def test_the_page_is_accessible(report):
    outline = Outline(page.render(report))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert outline.bare_headers == 0
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.anchors) <= set(outline.ids)


def test_the_page_fetches_and_runs_nothing(report):
    html = page.render(report)
    outline = Outline(html)
    assert not {"script", "link", "img", "iframe", "image"} & set(outline.tags)
    assert not re.search(r"url\(|@import|\son\w+=", html)
    assert "default-src 'none'" in html


def test_without_keys_the_published_figures_are_shown_and_labelled(report):
    shared = ("self_consumption_kwh", "complement_kwh", "surplus_kwh", "self_consumption_rate", "self_production_rate")
    unknown = dict.fromkeys(("key_type_used", *shared))
    text = words(replace(report, period=replace(report.period, **unknown)))
    assert "Partagé 3 200 kWh Publié par Enedis." in text.replace("\u00a0", " ")
    assert "74,0 % Sur 100 kWh produits, 74 sont consommés dans l'opération. Publié par Enedis." in text
    assert "— Clés de répartition inconnues." in text
    assert "seules les valeurs publiées par Enedis sont montrées" in text


def test_a_missing_curve_leaves_the_published_figures_alone_and_labelled(report):
    known = {"published_self_consumption_rate": 0.7654, "published_self_consumption_kwh": 5007.2}
    text = words(replace(report, period=replace(report.period, steps_missing=2976, **known))).replace("\u00a0", " ")
    assert "Partagé 5 007 kWh Publié par Enedis. Période précédente, recalculée : 3 000 kWh." in text
    assert "76,5 % Sur 100 kWh produits, 77 sont consommés dans l'opération. Publié par Enedis." in text
    head = text.split("Ce qu'il faut faire")[0]
    assert "3 210 kWh" not in head
    assert "74,3 %" not in head
    # Nothing published of these two: our partial sums are not shown instead.
    assert "— Il manque 2 976 points de courbe." in head
    unpublished = replace(report.period, steps_missing=2976, published_self_consumption_kwh=None)
    assert "Partagé — Il manque 2 976 points de courbe." in words(replace(report, period=unpublished)).replace(
        "\u00a0", " "
    )


def test_the_saving_is_said_to_rest_on_the_right_split_only_where_the_published_one_differs(report):
    right = replace(report, findings=tuple(f for f in report.findings if f.check_name != "published_split_differs"))
    assert "si la répartition juste est appliquée" in words(report)
    assert "et les frais de l'organisateur. Sans 1 site" in words(right).replace("\u00a0", " ")


def test_the_columns_of_differences_refer_to_the_note_on_truncation(report):
    html = page.render(report)
    assert html.count('href="#def-difference"') == 3
    assert "en watts entiers, tronqués" in words(report)


def test_lines_do_not_start_with_punctuation(report):
    said = "Publié : 3,5 kWh ; recalculé « juste » : 80 % !"
    html = page.render(replace(report, findings=(replace(report.findings[0], message=said),)))
    assert "Publié\u00a0: 3,5\u00a0kWh\u202f; recalculé «\u00a0juste\u00a0»\u00a0: 80\u202f%\u202f!" in html


def test_an_empty_report_says_so(report):
    bare = dict.fromkeys(PARTS, ())
    text = words(replace(report, previous=None, **bare))
    for expected in (
        "Rien à faire pour cette période : aucun constat.",
        "Rien à réclamer pour cette période.",
        "Aucune courbe pour cette période",
        "À réclamer — Rien à réclamer pour cette période.",
        "Économisé — Électricité partagée inconnue.",
        "Aucun consommateur connu",
        "Aucun producteur connu",
        "Aucune facture reçue",
        "Aucun constat pour cette période.",
        "Aucun fichier reçu",
        "Pas de période précédente",
    ):
        assert expected in text, expected


def test_a_page_keeps_the_gravest_findings_and_names_the_rest(report, monkeypatch):
    monkeypatch.setattr(page, "FINDINGS_SHOWN", 1)
    assert "Et 2 autres constats : classeur, feuille Constats." in words(report).replace("\u00a0", " ")


def test_charts_hold_french_numbers_and_their_text_is_for_the_eye_only(report):
    days = [replace(report.days[0], production_kwh=2500.0, shared_kwh=2000.0, surplus_kwh=500.0)]
    chart = charts.daily(days)
    assert "1\u00a0500" in chart.wide or "1\u202f500" in chart.wide
    assert "1er oct." in chart.narrow
    assert 'aria-hidden="true"' in chart.wide
    assert "mercredi 1er\u00a0octobre, 2\u202f500\u00a0kWh produits" in chart.description


def test_a_chart_without_a_split_says_so(report):
    days = [replace(row, shared_kwh=None, surplus_kwh=None) for row in report.days]
    assert not charts.daily(days).has_split
    assert charts.daily(report.days).has_split
    assert charts.daily([]) is None
    assert charts.hourly([]) is None
