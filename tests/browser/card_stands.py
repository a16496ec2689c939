"""The local record page and accounts in it, for browser tests of the cards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from integration.demo.stand import Stand
from tests.browser.card_pages import CardPage
from tests.browser.consoles import DESK
from tests.scenario.account import Account
from tests.scenario.console import email_of
from tests.stands import new_account

REP, COLLEAGUE = 9002, 9003
"""Users of every account opened here: the owner 502 of the team North, and the owner 503 of the team South."""
REPS_OWNER = "502"
OpenCards = Callable[..., CardPage]


@pytest.fixture(scope="session")
def card_stand(shared_stand: Stand) -> Stand:
    """The shared stand, which must run the local record page: without Node to build it with, these tests fail and do not pass by."""
    if not shared_stand.has_cards:
        pytest.fail("The cards are not built, since there is no Node 20; `make setup` brings one on Linux.")
    return shared_stand


@pytest.fixture
def cards(card_stand: Stand, new_page: Callable[..., Page]) -> OpenCards:
    """Opens the local record page for a portal: `cards(account)`, or with a size and as another user."""

    def open_one(account: Account, size: tuple[int, int] = DESK, *, user_id: int | None = None) -> CardPage:
        return CardPage(new_page(size, scripts=True), card_stand, account.portal_id, user_id)

    return open_one


@pytest.fixture(scope="module")
def open_card_account(card_stand: Stand) -> Callable[..., Account]:
    """A new account: who installed is an admin, a rep of the north owns records, a colleague is in another team."""

    def open_one(label: str, **options: object) -> Account:
        account = new_account(card_stand, label)
        card_stand.control.post("/seed", {"portals": [{"portal_id": account.portal_id, "owners": people_of(account.portal_id)}]})
        account.install(**options)
        return account

    return open_one


def people_of(portal_id: int) -> list[dict[str, object]]:
    """The owners beside the default one."""
    north, south = {"id": "71", "name": "North"}, {"id": "72", "name": "South"}
    return [
        {
            "id": owner_id,
            "user_id": user_id,
            "email": email_of(portal_id, user_id),
            "first_name": first,
            "last_name": "Sample",
            "teams": [team],
        }
        for owner_id, user_id, first, team in (("502", REP, "Robin", north), ("503", COLLEAGUE, "Casey", south))
    ]
