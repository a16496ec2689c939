"""Documentation of what the app adds inside HubSpot, rendered from the declarations: cards and their states, actions, agent tools, events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from crm_cards.declared import PAGES, STATES, all_cards
from crm_cards.workflow.base import ActionDefinition
from crm_cards.workflow.registry import all_actions
from integration.hubspot.timeline_events import TIMELINE_EVENTS

_UPLOAD: Final = """\
# What stands inside HubSpot

The project that is uploaded lies in `crm_cards/hubspot_project/`. Its `*-hsmeta.json` files are generated. To upload it:

1. `leadlight render-project --profile production --public-url https://... --account-id N --support-email ...`
2. `npm ci && npm run check` in `crm_cards/`: HubSpot's parser with our schemas, types, lint, tests, bundles.
3. `hs project upload --profile production` in `crm_cards/hubspot_project/`, with HubSpot's command line and an account.
4. Somebody who may customise record pages adds the cards to the views of contacts, companies and deals; HubSpot shows
   none by itself.

Limit: the project is checked against our own schemas, since HubSpot gives its schemas only to a signed-in account.
"""


def render_project_page() -> str:
    """The page as Markdown."""
    actions = all_actions()
    return "\n".join(
        [
            _UPLOAD,
            _section(
                "Cards and pages",
                ("name", "where", "on", "what it shows"),
                [
                    *((card.title, f"`{card.location}`", ", ".join(card.object_types), card.description) for card in all_cards()),
                    *((f"`{page.uid}`", f"`{page.type}`", "", f"`{page.entrypoint}`") for page in PAGES),
                ],
            ),
            _section("What a card says first", ("state", "it says"), ((f"`{kind}`", words) for kind, words in STATES.items())),
            _section("Workflow actions", ("name", "on", "what it does"), map(_row, (one for one in actions if one.tool is None))),
            _section("Agent tools", ("name", "on", "what it does"), map(_row, (one for one in actions if one.tool is not None))),
            _section(
                "Events on the timeline",
                ("name", "on", "properties"),
                ((event.name, event.object_type, ", ".join(one.name for one in event.properties)) for event in TIMELINE_EVENTS),
            ),
        ]
    )


def _row(action: ActionDefinition) -> Sequence[str]:
    return (action.title, ", ".join(action.object_types).lower() or "any", action.description)


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([f"## {title}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines, ""])
