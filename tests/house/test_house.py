"""The project keeps its own rules: layers, sizes, SQL only in stores, tenants, honest names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import rules
from tests.house.rules import Source

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("integration", "webhooks", "crm_cards", "simulator", "migrations")


@pytest.mark.parametrize(
    "rule",
    [
        rules.size_complaints,
        rules.layer_complaints,
        rules.simulator_complaints,
        rules.sql_complaints,
        rules.tenant_complaints,
        rules.smell_complaints,
    ],
    ids=lambda rule: rule.__name__,
)
def test_the_project_keeps_the_rule(rule: Callable[[Source], Iterator[str]]) -> None:
    complaints = [complaint for source in rules.sources(ROOT, *PRODUCT, "tests") for complaint in rule(source)]
    assert complaints == []


def test_every_module_lives_in_a_known_room() -> None:
    unknown = {
        source.module
        for source in rules.sources(ROOT, "integration")
        if source.text.strip() and rules._room(source.module) is None and source.module != "integration"
    }
    assert unknown == set()


@pytest.mark.parametrize(
    ("rule", "path", "text", "complaint"),
    [
        (rules.layer_complaints, "integration/core/x.py", "from integration.db.session import Database", "lies above"),
        (rules.layer_complaints, "integration/hubspot/x.py", "from integration.providers.waterfall import Enricher", "sibling"),
        (
            rules.layer_complaints,
            "integration/scoring/x.py",
            "from integration.hubspot.client import Client",
            "decisions may only see",
        ),
        (rules.simulator_complaints, "simulator/x.py", "import integration.core", "imports integration"),
        (rules.simulator_complaints, "webhooks/x.py", "from simulator import world", "imports simulator"),
        (rules.sql_complaints, "integration/pipeline/x.py", "from sqlalchemy import select", "outside a store"),
        (rules.sql_complaints, "webhooks/x.py", 'Q = "SELECT a FROM b WHERE c"', "outside a store"),
        (rules.tenant_complaints, "integration/pipeline/a_store.py", "def find(connection): ...", "takes no portal_id"),
        (rules.smell_complaints, "webhooks/x.py", '"""x"""\ntry:\n    pass\nexcept Exception:\n    pass', "broad except"),
        (rules.smell_complaints, "webhooks/utils.py", '"""x"""', "named for its business"),
        (rules.smell_complaints, "webhooks/x.py", "a = 1", "no module docstring"),
        (rules.size_complaints, "webhooks/x.py", "def f():\n" + "    a = 1\n" * 61, "has 62 lines"),
        (rules.size_complaints, "webhooks/x.py", "a = 1\n" * 401, "401 lines"),
    ],
)
def test_the_rule_catches_what_it_is_for(rule: Callable[[Source], Iterator[str]], path: str, text: str, complaint: str) -> None:
    assert any(complaint in found for found in rule(Source(path, text)))


def test_a_broad_except_that_cleans_up_and_passes_the_error_on_is_fine() -> None:
    text = '"""x"""\ntry:\n    pass\nexcept BaseException:\n    a = 1\n    raise'
    assert list(rules.smell_complaints(Source("webhooks/x.py", text))) == []


def test_a_store_method_over_all_portals_says_so() -> None:
    text = 'def sweep(connection):\n    """All portals: the sweep looks for work of anyone."""'
    assert list(rules.tenant_complaints(Source("integration/pipeline/a_store.py", text))) == []
