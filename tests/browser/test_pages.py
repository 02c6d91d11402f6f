"""The pages in Chromium, as a phone and a desk show them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, sync_playwright

from energy_pipeline.reports import build
from tests import publications
from tests.programs import program

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CONTRAST = Path(__file__).with_name("contrast.js")
SCREENS = {"phone": (360, 800), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    publication = publications.realistic(folder / "energy.duckdb")
    written = build(publication, folder / "out", date(2025, 10, 1))
    named = {path.name: path for path in written}
    return {"report": named["rapport.html"], "index": named["index.html"],
            "consumer": named["30001000000012.html"], "producer": named["30001000000021.html"]}  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["report", "index", "consumer", "producer"])
def test_a_page_is_quiet_fetches_nothing_and_fits(browser, pages, tmp_path, name, screen):
    width, height = SCREENS[screen]
    page = browser.new_page(viewport={"width": width, "height": height})
    said: list[str] = []
    fetched: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    def note(request: Request) -> None:
        fetched.append(request.url)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", note)
    page.goto(pages[name].as_uri(), wait_until="networkidle")
    assert said == []
    assert fetched == [pages[name].as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wider = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
        " && !e.closest('.scroll, svg, .skip')).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wider == []
    shot = tmp_path / f"{name}_{screen}.png"
    page.screenshot(path=shot, full_page=True)
    assert shot.stat().st_size > 10_000
    page.close()


def test_each_screen_has_the_charts_made_for_it(browser, pages):
    shown = {}
    for screen, (width, height) in SCREENS.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(pages["report"].as_uri())
        shown[screen] = [page.locator(f".chart .{size}").first.is_visible() for size in ("wide", "narrow")]
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('.chart svg text')].map(e => e.getBoundingClientRect().height)"
            ".filter(h => h > 0))"
        )
        assert smallest >= 11
        page.close()
    assert shown == {"phone": [False, True], "desk": [True, False]}


def test_the_first_screen_of_a_desk_holds_the_figures_and_what_to_do(browser, pages):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["report"].as_uri())
    for selector in (".card.money", ".card.saving", ".todo li:nth-child(5)"):
        box = page.locator(selector).bounding_box()
        assert box["y"] + box["height"] <= 900, selector
    page.close()


@pytest.mark.parametrize("name", ["report", "index", "consumer"])
def test_text_stands_out_from_its_background(browser, pages, name):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages[name].as_uri())
    faint = page.evaluate(CONTRAST.read_text(encoding="utf-8"))
    assert faint == []
    page.close()


def test_the_contrast_rule_sees_a_faint_text(browser):
    page = browser.new_page()
    page.set_content(
        '<body style="background:#fff"><p style="color:#999">faible</p><p style="color:#222">net</p></body>'
    )
    assert [html for _, html in page.evaluate(CONTRAST.read_text(encoding="utf-8"))] == [
        '<p style="color:#999">faible</p>'
    ]
    page.close()


UNSOUND = """
() => {
  const named = (element) => element.getAttribute("aria-label")
    || document.getElementById(element.getAttribute("aria-labelledby"))?.textContent.trim() || "";
  const regions = [...document.querySelectorAll("section, [role=region], nav")].map(named);
  const twice = regions.filter((name, place) => !name || regions.indexOf(name) !== place);
  const links = [...document.querySelectorAll("a[aria-label]")]
    .filter((link) => !named(link).includes(link.textContent.trim())).map((link) => link.outerHTML);
  const bare = [...document.querySelectorAll("a, button, summary")]
    .filter((element) => !(element.textContent.trim() || named(element))).map((element) => element.outerHTML);
  const drawn = [...document.querySelectorAll("svg, img")]
    .filter((image) => !image.closest("[role=img][aria-label]") && !image.alt)
    .map((image) => image.outerHTML.slice(0, 80));
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
  const jumps = levels.filter((level, place) => place && level > levels[place - 1] + 1);
  const goals = {};
  for (const link of document.querySelectorAll("a[href]")) {
    const name = named(link) || link.textContent.trim();
    (goals[name] ||= new Set()).add(link.href);
  }
  const vague = Object.entries(goals).filter(([, places]) => places.size > 1).map(([name]) => name);
  const language = document.documentElement.lang === "fr" ? [] : ["no language"];
  return [...twice, ...links, ...bare, ...drawn, ...jumps, ...vague, ...language];
}
"""
"""What a screen reader stumbles on: regions without a name of their own, links whose name hides what is seen, links of
one name to several places, pictures without a description, levels of headings left out."""


@pytest.mark.parametrize("name", ["report", "index", "consumer", "producer"])
def test_a_screen_reader_finds_its_way(browser, pages, name):
    page = browser.new_page()
    page.goto(pages[name].as_uri())
    assert page.evaluate(UNSOUND) == []
    page.close()


def test_what_a_screen_reader_stumbles_on_is_seen(browser):
    page = browser.new_page()
    page.set_content(
        '<html lang="fr"><h1 id="a">Un</h1><h3>Trois</h3><section aria-labelledby="a"></section>'
        '<div role="region" aria-label="Un"></div><a href="#a" aria-label="Définition">5</a><a href="#a"></a>'
        '<svg></svg><a href="#b">PDF</a><a href="#c">PDF</a></html>'
    )
    assert len(page.evaluate(UNSOUND)) == 6
    page.close()


SMALL = """
() => [...document.querySelectorAll("a, summary, button")]
  .filter((link) => !link.closest("sup, p, dd, .skip") && link.getBoundingClientRect().height > 0)
  .filter((link) => link.getBoundingClientRect().height < 24).map((link) => link.outerHTML)
"""
"""What a finger misses (WCAG 2.2, 2.5.8): less than 24 pixels high, links in the middle of a sentence aside."""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["report", "index", "consumer", "producer"])
def test_a_finger_does_not_miss_a_link(browser, pages, name, screen):
    width, height = SCREENS[screen]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(pages[name].as_uri())
    assert page.evaluate(SMALL) == []
    page.close()


def test_a_link_that_is_too_small_is_seen(browser):
    page = browser.new_page()
    page.set_content('<a href="#">petit</a><br><a href="#" style="display:inline-block;height:24px">assez grand</a>')
    assert page.evaluate(SMALL) == ['<a href="#">petit</a>']
    page.close()


def test_a_keyboard_reaches_the_tables_that_scroll(browser, pages):
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(pages["report"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    out_of_reach = page.evaluate(
        "[...document.querySelectorAll('.scroll')]"
        ".filter(e => e.scrollWidth > e.clientWidth && e.tabIndex !== 0).length"
    )
    assert out_of_reach == 0
    page.close()


@pytest.mark.parametrize("name", ["report", "consumer"])
def test_a_phone_shows_the_verdict_of_each_bill_without_scrolling_aside(browser, pages, name):
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(pages[name].as_uri())
    shown = page.evaluate(
        "[...document.querySelectorAll('.stack .verdict')].map(e => [e.dataset.label,"
        " e.getBoundingClientRect().left >= 0 && e.getBoundingClientRect().right <= innerWidth])"
    )
    assert shown
    assert {tuple(found) for found in shown} <= {("Verdict", True), ("Décision", True)}
    unlabelled = page.evaluate("[...document.querySelectorAll('.stack tbody td')].filter(e => !e.dataset.label).length")
    assert unlabelled == 0
    page.close()


def test_the_report_prints_on_a_few_sheets_of_a4(browser, pages, tmp_path):
    page = browser.new_page()
    page.goto(pages["report"].as_uri())
    data = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert 3 <= data.count(b"/Type /Page\n") <= 9
    page.close()
