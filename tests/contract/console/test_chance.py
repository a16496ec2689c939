"""The page Chance to buy: what stands there without a model, after an abstention, and with one; and the switches of providers."""

from __future__ import annotations

from sqlalchemy import text

from integration.access.roles import Role
from integration.hubspot.objects import CONTACTS
from integration.pipeline.heat.columns import standard_columns
from integration.pipeline.heat.model_store import HeatModelStore, StoredTraining
from integration.providers.estimates import Observed, week_of
from integration.providers.observation_store import ObservationStore
from integration.scoring.heat_model.base import HeatTerms
from integration.scoring.heat_model.train import train
from tests.contract.console.conftest import OURS, Desk
from tests.unit.heat_model.made import COLUMNS, NOW, account


def keep(desk: Desk, *, signal: float) -> StoredTraining:
    result = train(COLUMNS, account(1, 400, signal=signal), now=NOW, terms=HeatTerms())
    stored = StoredTraining(
        0,
        result.model.to_json() if result.model else None,
        standard_columns(CONTACTS),
        result.abstained,
        result.card,
        None,
        "first",
        desk.parts.clock(),
    )
    with desk.parts.database.begin() as connection:
        HeatModelStore().save(connection, portal_id=OURS, object_type=CONTACTS, training=stored)
    return stored


def test_without_a_model_the_page_says_what_happens_next(desk: Desk) -> None:
    assert "No model was trained yet." in desk.sign_in(OURS, Role.VIEWER).get("/chance").text


def test_a_model_is_shown_with_its_figures_and_plots_and_a_training_can_be_asked_for(desk: Desk) -> None:
    stored = keep(desk, signal=1.0)
    admin = desk.sign_in(OURS, Role.ADMIN)
    page = admin.get("/chance").text
    assert f"{stored.card['test']['auc']:.2f}" in page
    assert page.count("<svg") >= 3
    assert "Do its chances hold?" in page
    assert admin.post("/chance/train", {"object": "contacts"}).status_code == 303
    with desk.parts.database.begin() as connection:
        jobs = (
            connection.execute(text("SELECT args->>'cause' FROM procrastinate_jobs WHERE task_name = 'train_heat'")).scalars().all()
        )
    assert jobs == ["asked for"]


def test_an_abstention_is_told_in_words_and_strange_types_are_refused(desk: Desk) -> None:
    stored = keep(desk, signal=0.0)
    viewer = desk.sign_in(OURS, Role.VIEWER)
    assert "ranks like a coin" in stored.abstained
    assert "ranks like a coin" in viewer.get("/chance").text
    assert viewer.get("/chance?object=tickets").status_code == 400
    assert viewer.post("/chance/train", {"object": "contacts"}).status_code == 403


def test_providers_show_their_rates_and_are_switched_by_an_admin(desk: Desk) -> None:
    week = week_of(desk.parts.clock())
    observed = [
        Observed("apollo.company", "", "", week, asked=50, found=40),
        Observed("apollo.company", "industry", "", week, asked=50, found=40, compared=20, agreed=15, vouched=20, vouched_right=15),
    ]
    with desk.parts.database.begin() as connection:
        ObservationStore().add(connection, portal_id=OURS, observed=observed)
    admin = desk.sign_in(OURS, Role.ADMIN)
    page = admin.get("/providers").text
    assert "75 % of 20" in page
    assert "Accept this and ask" in page
    assert admin.post("/providers/google_news/switch", {"on": "yes"}).status_code == 303
    with desk.parts.database.begin() as connection:
        switched = connection.execute(text("SELECT provider, is_on FROM provider_choice")).all()
        audited = connection.execute(text("SELECT action, target FROM audit WHERE action LIKE 'provider_o%'")).all()
    assert [tuple(row) for row in switched] == [("google_news", True)]
    assert [tuple(row) for row in audited] == [("provider_on", "google_news")]
