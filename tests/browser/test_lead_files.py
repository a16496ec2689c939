"""A file of leads from upload to HubSpot and back, in a browser: without scripts at a desk, and on a phone."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.consoles import DESK, PHONE, BrowserConsole, axe_violations, overflow_px
from tests.stands import OpenAccount

_PATIENCE_MS = 90_000
_HEADING = "Name;E-Mail;Firma;Webseite;Branche;Land;Mitarbeiter;Position;Letzter Kontakt;Bemerkung"
_INDUSTRIES = ("Software", "Handel", "")


def _leads(folder: Path, count: int = 60) -> Path:
    lines = [
        f"Sample Person {n};{'broken@' if n % 20 == 0 else f'person.{n}@sample-{n}.com'};Sample Works {n} GmbH;www.sample-{n}.com;"
        f"{_INDUSTRIES[n % 3]};{'Deutschland' if n % 4 else ''};{n * 7};{'Vertriebsleiter' if n % 2 else 'Head of Sales'};"
        f'{n % 28 + 1}.11.2026;=HYPERLINK("x")'
        for n in range(count)
    ]
    path = folder / "messe.csv"
    path.write_bytes("\r\n".join([_HEADING, *lines, "zu;kurz"]).encode("cp1252"))
    return path


def _look(page: Page, name: str) -> None:
    """What axe and the width say; a picture too where somebody wants to look (LEADLIGHT_PICTURES names a folder)."""
    assert axe_violations(page) == [], name
    assert overflow_px(page) <= 0, name
    if folder := os.environ.get("LEADLIGHT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_file_is_uploaded_scored_downloaded_and_pushed_without_scripts(
    new_page: NewPage, open_account: OpenAccount, tmp_path: Path
) -> None:
    account = open_account("leads")
    console = BrowserConsole(new_page(), account.stand, account.portal_id).sign_in()
    page = console.open("/lead-files")
    expect(page.get_by_text("No file was uploaded yet.")).to_be_visible()
    page.get_by_label("CSV file").set_input_files(_leads(tmp_path))
    page.get_by_role("button", name="Upload").click()
    assert "messe.csv is here" in console.notice()
    expect(page.get_by_label("What E-Mail stands for")).to_have_value("email")
    expect(page.get_by_label("What Mitarbeiter stands for")).to_have_value("employee_count")
    expect(page.get_by_label("How Letzter Kontakt writes dates")).to_have_value("day_first")
    expect(page.get_by_label("What Bemerkung stands for")).to_have_value("")
    page.get_by_label("What Bemerkung stands for").select_option("keywords")
    page.get_by_role("button", name="Score the file").click()

    expect(page.get_by_role("heading", name="Take the results")).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.get_by_role("img", name="Rows by priority")).to_be_visible()
    with page.expect_download() as caught:
        page.get_by_role("link", name="for Excel").first.click()
    rows = list(csv.DictReader(caught.value.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == 57
    assert rows[0]["Bemerkung"] == '\'=HYPERLINK("x")'
    with page.expect_download() as caught:
        page.get_by_role("link", name="Refused rows, 4").click()
    reasons = [row["leadlight_reason"] for row in csv.DictReader(caught.value.path().read_text("utf-8").splitlines())]
    assert reasons == ["E-Mail: 'broken@' is no e-mail address"] * 3 + ["the row has 2 cells and the heading 10"]

    page.get_by_role("button", name="Count what a push would do").click()
    push = page.get_by_role("button", name="Push 57 rows into HubSpot")
    expect(push).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.get_by_role("row", name="New records 57")).to_be_visible()
    expect(page.get_by_text("57 contacts: at most")).to_be_visible()
    assert account.records("contacts") == []
    push.click()
    expect(page.get_by_role("heading", name="What the push did")).to_be_visible(timeout=_PATIENCE_MS)
    assert len(account.records("contacts")) == 57
    page.get_by_role("link", name="Undo it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo")

    console.open("/audit")
    for words in ("lead_file_uploaded", "lead_file_scored", "lead_file_counted", "lead_file_pushed"):
        assert words.replace("_", " ") in page.locator("main").inner_text().replace("_", " ").lower()
    console.open("/lead-files")
    page.get_by_role("button", name="Delete messe.csv").click()
    assert "messe.csv was deleted" in console.notice()


def test_every_state_is_readable_on_a_phone_and_at_a_desk(new_page: NewPage, open_account: OpenAccount, tmp_path: Path) -> None:
    account = open_account("leads-phone")
    for size, kind in ((PHONE, "phone"), (DESK, "desk")):
        console = BrowserConsole(new_page(size, scripts=True), account.stand, account.portal_id).sign_in()
        page = console.open("/lead-files")
        _look(page, f"empty-{kind}")
        page.get_by_label("CSV file").set_input_files(_leads(tmp_path))
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Columns of messe.csv")
        page.get_by_text("Read it differently").click()
        _look(page, f"columns-{kind}")
        page.get_by_role("button", name="Score the file").click()
        expect(page.get_by_role("heading", name="Take the results")).to_be_visible(timeout=_PATIENCE_MS)
        page.get_by_role("button", name="Count what a push would do").click()
        expect(page.get_by_role("heading", name="What a push would do")).to_be_visible(timeout=_PATIENCE_MS)
        _look(page, f"result-{kind}")
        page.goto(f"{console.home}/lead-files")
        _look(page, f"list-{kind}")
        page.get_by_role("button", name="Delete messe.csv").click()


def test_what_is_no_csv_is_refused_with_what_it_is(new_page: NewPage, open_account: OpenAccount, tmp_path: Path) -> None:
    account = open_account("leads-wrong")
    console = BrowserConsole(new_page(), account.stand, account.portal_id).sign_in()
    page = console.open("/lead-files")
    workbook = tmp_path / "leads.xlsx"
    workbook.write_bytes(b"PK\x03\x04 not really")
    page.get_by_label("CSV file").set_input_files(workbook)
    page.get_by_role("button", name="Upload").click()
    assert "Excel workbook (.xlsx), not CSV" in console.notice()
    expect(page.get_by_text("No file was uploaded yet.")).to_be_visible()
