"""Providers that are down, slow or lying: records are written with what is true, and nobody waits long."""

from __future__ import annotations

import time

import pytest

from tests.scenario.account import Account
from tests.stands import OpenAccount

CASES = {
    "down": ("key-down", "key-cut"),
    "slow": ("key-hang", "key-slow"),
    "lying": ("key-html", "key-invalid-json", "key-wrong-types"),
    "refusing": ("key-bad", "key-quota", "key-throttled", "key-scope", "key-plan", "key-legal"),
}
CONTACT_COUNT = 12
COMPANY_COUNT = 3


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_records_are_written_although_providers_fail(open_account: OpenAccount, case: str) -> None:
    accounts = [open_account(key.removeprefix("key-"), keys={"apollo": key, "hunter": key}) for key in CASES[case]]
    began = time.monotonic()
    for account in accounts:
        account.add_companies(COMPANY_COUNT)
        account.add_contacts(CONTACT_COUNT, at_companies=COMPANY_COUNT)
    for account in accounts:
        account.wait_until_written(contacts=CONTACT_COUNT, companies=COMPANY_COUNT, timeout_s=45)
        status = account.stand.status(account.portal_id)
        assert status.dead_letters == 0, account.label
        assert "website" in {one.provider for one in status.providers if one.found_fields}, "the others are still asked"
        assert not account.doubled_notes(), account.label
        assert not _mistyped(account), account.label
    assert time.monotonic() - began < 40


def _mistyped(account: Account) -> list[str]:
    """Notes that carry what no honest answer holds."""
    lies = ("['", "number 1", "<h1>Please sign in", "[&#x27;")
    return [note.body for note in account.notes() if any(lie in note.body for lie in lies)]
