"""The pages on files of leads in each of their states, and who may do what."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from integration.access.roles import Role
from integration.jobs.request import JsonScalar
from integration.lead_table import build_lead_jobs
from tests.contract.console.conftest import OURS, Browser, Desk

_LINES = [
    "Name,Email,Job title",
    "Sample One,one@sample-one.com,Head of Sales",
    "Broken,two@,",
    "=Sample Three,three@sample-three.com,Clerk",
]


def _post_file(browser: Browser, token: str, data: bytes, name: str) -> TestResponse:
    """The form as a browser sends it."""
    head = f'--mark\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--mark\r\n'
    file = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = f"{head}{file}".encode() + data + b"\r\n--mark--\r\n"
    return browser.client.post(f"/admin/{OURS}/lead-files/upload", data=body, content_type="multipart/form-data; boundary=mark")


def _upload(browser: Browser, data: bytes = "\n".join(_LINES).encode(), name: str = "leads.csv") -> str:
    """The address of the page an upload leads to."""
    answer = _post_file(browser, browser.csrf_token(), data, name)
    assert answer.status_code == 303
    return answer.headers["Location"]


def _score(desk: Desk, browser: Browser, page: str) -> None:
    answer = browser.post(f"{page}/score", {"target_0": "full_name", "target_1": "email", "target_2": "job_title"})
    assert answer.status_code == 303
    _work(desk, page)


def _work(desk: Desk, page: str) -> None:
    jobs = build_lead_jobs(desk.parts)
    args: dict[str, JsonScalar] = {"portal_id": OURS, "file_id": page.rpartition("/")[2]}
    jobs.read(args)
    for slot in (0, 1):
        jobs.score({**args, "slot": slot})


def test_a_page_is_there_for_every_state_of_a_file(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    page = _upload(browser)
    assert "What the columns stand for" in browser.get(page).text
    browser.post(f"{page}/score", {"target_1": "email"})
    assert "Rows are being read" in browser.get(page).text
    jobs = build_lead_jobs(desk.parts)
    args: dict[str, JsonScalar] = {"portal_id": OURS, "file_id": page.rpartition("/")[2]}
    jobs.read(args)
    assert "0 of 3" in browser.get(page).text
    for slot in (0, 1):
        jobs.score({**args, "slot": slot})
    shown = browser.get(page).text
    assert "Take the results" in shown
    assert "&#39;two@&#39; is no e-mail address" in shown
    assert "scored" in browser.get("/lead-files").text


def test_results_come_as_files_that_are_safe_to_open(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.OPERATOR)
    page = _upload(browser)
    _score(desk, browser, page)
    result, refused = browser.get(f"{page}/result.csv?for=excel"), browser.get(f"{page}/refused.csv")
    assert result.data.startswith(b"\xef\xbb\xbf")
    assert '"\'=Sample Three"' in result.text
    assert result.headers["Content-Disposition"] == 'attachment; filename="leads.scored.csv"'
    assert refused.text.splitlines()[1].startswith('"3","Email: \'two@\' is no e-mail address","Broken","two@"')


def test_who_only_looks_may_neither_upload_nor_download(desk: Desk) -> None:
    operator, viewer = desk.sign_in(OURS, Role.OPERATOR), desk.sign_in(OURS, Role.VIEWER)
    page = _upload(operator)
    _score(desk, operator, page)
    assert viewer.get(page).status_code == 200
    assert viewer.get(f"{page}/result.csv").status_code == 403
    answer = _post_file(viewer, viewer.csrf_token(), b"a,b\n1,2\n", "x.csv")
    assert answer.status_code == 403
    assert viewer.post(f"{page}/delete").status_code == 403
    assert operator.post(f"{page}/count", {"create": "yes"}).status_code == 403


def test_a_file_larger_than_a_form_is_taken_and_a_forged_one_is_not(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    data = ("\n".join(_LINES) + "\n" + "Sample,a@sample.com,x\n" * 50_000).encode()
    assert "/lead-files/" in _upload(browser, data)
    answer = _post_file(browser, "wrong", data, "x.csv")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("data", "said"), [(b"", "empty"), (b"PK\x03\x04", "Excel"), (b"%PDF-1", "PDF")], ids=["empty", "workbook", "document"]
)
def test_what_is_no_csv_is_refused_with_a_sentence(desk: Desk, data: bytes, said: str) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    assert _upload(browser, data).endswith(f"/admin/{OURS}")
    assert said in browser.get().text
    assert "No file was uploaded yet" in browser.get("/lead-files").text


def test_columns_are_decided_by_hand_and_damaged_forms_refused(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    page = _upload(browser)
    for form, said in (
        ({"target_0": "email", "target_1": "email"}, "both stand for"),
        ({"target_0": "nonsense"}, "Choose from the list"),
        ({"target_2": "city"}, "No column tells whom"),
        ({"target_1": "email", "region": "Germany"}, "two letters"),
    ):
        browser.post(f"{page}/score", {**form, "back": page})
        assert said in browser.get(page).text
    assert "What the columns stand for" in browser.get(page).text


def test_a_file_can_be_read_in_another_encoding(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    page = _upload(browser, "Имя,Email\nПример,a@sample.com\n".encode("cp1251"))
    assert "Имя" not in browser.get(page).text
    browser.post(f"{page}/read-anew", {"encoding": "cp1251", "object_type": "contacts"})
    assert "Имя" in browser.get(page).text


def test_nothing_is_pushed_while_the_account_is_in_dry_run(desk: Desk) -> None:
    browser = desk.sign_in(OURS, Role.ADMIN)
    page = _upload(browser)
    _score(desk, browser, page)
    browser.post(f"{page}/push", {"create": "yes", "back": page})
    assert "in dry run, in which nothing is written" in re.sub(r"\s+", " ", browser.get(page).text)
