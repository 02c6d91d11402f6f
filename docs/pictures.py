"""Makes the pictures of the guide from the demo: `make pictures`. Needs Chromium, LibreOffice and poppler."""

import email
import email.policy
import html
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

TOOLS = Path(sys.executable).parent
IMAGES = Path(__file__).resolve().parent / "images"
PORT = 3917
OPERATION, MONTH = "ACC00000101", "2025-10"
TERMINAL = (
    "margin:0;padding:14px 18px;background:#10202b;color:#e8eef2;font:13px/1.45 'DejaVu Sans Mono',monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere"
)


def command(folder: Path, *arguments: str) -> str:
    """Run `energy-pipeline` in `folder` and return what it prints; exit 3 tells of the demo's refused file."""
    done = subprocess.run(
        [str(TOOLS / "energy-pipeline"), *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 3}:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done.stdout.replace(f"{folder}/", "")


def shoot(browser: Browser, url: str, name: str, *, size: tuple[int, int], wait_seconds: float = 0) -> None:
    """Take a page, as much of it as `size` holds, from where its address leads."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(url)
    page.wait_for_timeout(1000 * wait_seconds)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def terminal(browser: Browser, line: str, printed: str, name: str, lines: int) -> None:
    """Take what a command prints, its first lines."""
    told = "\n".join([f"$ {line}", *printed.strip("\n").splitlines()[:lines]])
    page = browser.new_page(viewport={"width": 900, "height": 100})
    page.set_content(f'<body style="margin:0"><pre style="{TERMINAL}">{html.escape(told)}</pre>')
    page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
    page.close()


def sheet(pdf: Path, name: str, number: int, pixels: int) -> None:
    """Take a page of a PDF, `pixels` wide."""
    place = ["-f", str(number), "-l", str(number), "-singlefile", "-scale-to-x", str(pixels), "-scale-to-y", "-1"]
    subprocess.run(["pdftoppm", "-png", *place, str(pdf), str(IMAGES / name)], check=True)


def as_pdf(path: Path, folder: Path) -> Path:
    """Return a workbook as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    conversion = ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    subprocess.run(["soffice", profile, *conversion], check=True, capture_output=True)
    return folder / f"{path.stem}.pdf"


def mail_page(path: Path, folder: Path) -> Path:
    """Return the HTML part of a mail as a page, its inline picture beside."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("html",))
    assert body is not None
    text = body.get_content()
    for part in message.walk():
        if part["Content-ID"]:
            picture = folder / "mail.png"
            picture.write_bytes(part.get_content())
            text = text.replace(f"cid:{part['Content-ID'].strip('<>')}", picture.name)
    page = folder / "mail.html"
    page.write_text(text, encoding="utf-8")
    return page


@contextmanager
def interface(folder: Path) -> Iterator[str]:
    """Serve Dagster's interface on the demo; give its address."""
    arguments = ["ui", "--inbox", "boite", "--home", "resultats", "--port", str(PORT), "--part", "web"]
    served = subprocess.Popen([str(TOOLS / "energy-pipeline"), *arguments], cwd=folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)  # fmt: skip
    address = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/server_info", timeout=2)
                break
            except OSError:
                time.sleep(1)
        yield address
    finally:
        served.terminate()
        served.wait()


def main() -> None:
    """Follow the guide on the demo and take each picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        command(folder, "demo", "--out", "boite")
        run = ("run", "--inbox", "boite", "--home", "resultats")
        terminal(browser, f"energy-pipeline {' '.join(run)}", command(folder, *run), "run", 40)
        status = ("status", "--home", "resultats", "--operation", OPERATION, "--on", "2025-12-05")
        terminal(browser, f"energy-pipeline {' '.join(status)}", command(folder, *status), "status", 40)
        reports = folder / "resultats" / "reports"
        report = reports / MONTH / OPERATION
        shoot(browser, (reports / "index.html").as_uri(), "index", size=(1160, 760))
        shoot(browser, (report / "rapport.html").as_uri(), "report", size=(1160, 760))
        shoot(browser, f"{(report / 'rapport.html').as_uri()}#factures", "phone", size=(390, 780), wait_seconds=2)
        sheet(report / "rapport.pdf", "paper", 1, 620)
        sheet(as_pdf(report / "rapport.xlsx", folder), "workbook", 4, 1000)
        command(folder, "claims", "--home", "resultats", "--date", "2025-12-05", "--out", "reclamations")
        [letter] = (folder / "reclamations").rglob("reclamation_TotalEnergies_Commune-de-Valsereine.pdf")
        sheet(letter, "letter", 1, 620)
        command(folder, "send", "--home", "resultats", "--dry-run", "essai")
        mail = min((folder / "essai").glob(f"*maire*{OPERATION}*.eml"))
        shoot(browser, mail_page(mail, folder).as_uri(), "mail", size=(680, 900))
        with interface(folder) as address:
            shoot(browser, f"{address}/assets/findings", "ui", size=(1200, 760), wait_seconds=8)
        browser.close()


if __name__ == "__main__":
    main()
