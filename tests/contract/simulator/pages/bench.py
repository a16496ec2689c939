"""A portal to look at: the real simulator, filled through its own methods."""

from datetime import UTC, datetime

from simulator.app import build_app
from simulator.clock import Clock
from simulator.crm.changes import Source
from simulator.crm.definitions import Option, PropertyDefinition
from simulator.world import World

PERSON = Source.person(7)
APP = Source("INTEGRATION", "99001", "Leadlight")
PORTAL_ID = 4801001


class Bench:
    """A world with one portal; the clock stands at 21 Nov 2026, 09:05 UTC until it is advanced."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.portal = world.new_portal(PORTAL_ID)
        self.app = build_app(world)

    @classmethod
    def at_fixed_time(cls) -> "Bench":
        clock = Clock(datetime(2026, 11, 21, 9, 5, tzinfo=UTC), speed=0)
        return cls(World(clock=clock), clock)

    def create(self, object_type: str, source: Source = PERSON, **values: str) -> str:
        return self.portal.create(object_type, values, source=source).id

    def update(self, object_type: str, object_id: str, source: Source = APP, **values: str) -> None:
        self.portal.update(object_type, object_id, values, source=source)

    def link(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        self.portal.associate((from_type, from_id), (to_type, to_id), source=PERSON)

    def add_our_properties(self, object_type: str) -> None:
        self.portal.create_group(object_type, "leadlight", "Leadlight")
        choices = (Option("Ready to send", "ready"), Option("Refused", "refused"))
        for wanted in (
            PropertyDefinition("leadlight_icp_fit_score", "ICP fit", "number", "number", "leadlight", display_order=1),
            PropertyDefinition("leadlight_bant_score", "BANT", "number", "number", "leadlight", display_order=2),
            PropertyDefinition("leadlight_reasons", "ICP fit reasons", "string", "textarea", "leadlight", display_order=3),
            PropertyDefinition("leadlight_draft", "Draft", "enumeration", "select", "leadlight", options=choices, display_order=4),
        ):
            self.portal.create_property(object_type, wanted)
