"""The mails in Chromium, as a phone and a desk show them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright

from energy_pipeline import mail
from energy_pipeline.mail import Settings, alerts, reminders
from energy_pipeline.mail.model import Message
from energy_pipeline.mail.reminders import KeysDue
from energy_pipeline.settings import Home
from tests import publications
from tests.programs import program

pytestmark = pytest.mark.browser
CONTRAST = Path(__file__).parents[1] / "browser" / "contrast.js"
ALL_ROLES = '{"energy_manager": ["x@y.example"], "accountant": ["x@y.example"]}'
SETTINGS = Settings(host="h", port=25, sender="a@b.example", reply_to="c@d.example", max_attachment_mb=0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a report's mail, as a correction, and alerts; the picture beside, where a mail reader takes it from."""
    folder = tmp_path_factory.mktemp("look")
    home = folder / "home"
    Home(home).create()
    publications.realistic(Home(home).publication)
    with duckdb.connect(str(Home(home).publication)) as con:
        con.execute("UPDATE marts.operation SET recipients = ?", [ALL_ROLES])
    [report] = mail.messages(home, [date(2025, 10, 1)], SETTINGS)
    refused = alerts.QuarantinedFile("f" * 64, "enedis/" + "Complement_CDC_" * 8 + ".csv", "Nombre illisible.")
    late = alerts.MissingDelivery(
        "ACC1", None, "results", "enedis", date(2025, 11, 8), None, "Résultats", "À livrer.", "5.2.2"
    )
    keys = KeysDue("ACC00000042", "Soleil partagé", "dynamic", date(2025, 11, 6), date(2025, 10, 1), date(2025, 10, 31),
                   None, 15, is_computed=False)  # fmt: skip
    reminder = Message((), "x@y.example", "", partial(reminders.body, keys, home, date(2025, 11, 3)))
    found = {"report": report, "refused": alerts.compose([refused], "x@y.example"),
             "late": alerts.compose([late], "x@y.example"), "reminder": reminder}  # fmt: skip
    written = {}
    for name, message in found.items():
        body = message.body(datetime(2025, 11, 10, tzinfo=UTC))
        for picture in body.pictures:
            (folder / f"{picture.name}.png").write_bytes(picture.data)
        written[name] = folder / f"{name}.html"
        written[name].write_text(body.html.replace("cid:graphique", "graphique.png"), encoding="utf-8")
    return written


@pytest.mark.parametrize("width", [320, 360, 900])
@pytest.mark.parametrize("name", ["report", "refused", "late", "reminder"])
def test_a_mail_fits_is_legible_and_asks_for_its_picture_only(browser, pages, name, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(Path(request.url).name))
    page.goto(pages[name].as_uri(), wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert fetched == [f"{name}.html", *(["graphique.png"] if name == "report" else [])]
    # Shown by mail readers in the list of mails, never in the page.
    assert not page.locator(".hidden").is_visible()
    page.evaluate("document.querySelector('.hidden').remove()")
    assert page.evaluate(CONTRAST.read_text(encoding="utf-8")) == []
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('p, td, li, h1, h2')].filter(e => e.innerText.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 14
    page.close()


def test_without_style_sheets_the_styles_stay(browser, pages, tmp_path):
    html = pages["report"].read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(html[: html.index("<style>")] + html[html.index("</style>") + 8 :], encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.goto(bare.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "22px"
    assert page.evaluate("document.querySelector('.page').getBoundingClientRect().width") <= 602
    page.close()
