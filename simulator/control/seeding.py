"""Fills a world from one JSON object: apps, accounts, their owners and records, installs.

Shape: {"apps": [...], "portals": [{"portal_id", "settings", "owners", "objects": {"contacts": [{"properties", "ref",
"associations": [{"type", "ref" or "id"}], "history": [{"at", "properties"}]}]}}], "installs": [{"app_id", "portal_id", "scopes"}]}. `ref` is a
name inside the seed; associations take the default type. `history` are saves of the past, read-only values included; the record is as old as
the first of them. Installs come last, so what is seeded beside them sends no webhooks. An owner is {"id", "user_id",
"email", "first_name", "last_name", "archived", "teams": [{"id", "name"}]}; one of an account that is there is added to it or replaced.
"""

from dataclasses import dataclass, field, replace

from simulator.apps import App, EventType, Subscription
from simulator.control.reading import Fields
from simulator.crm.changes import Source
from simulator.errors import HubSpotError
from simulator.families.account.state import Account
from simulator.families.owners.state import Owner
from simulator.portal import Portal, PortalSettings, WriteInput
from simulator.world import World

_SEEDED_BY = Source("IMPORT", "seed", "Seed")


@dataclass
class Seeded:
    """What a seed made: record ids by account and type, in the order of the seed, and the tokens of its installs."""

    records: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    tokens: list[dict[str, object]] = field(default_factory=list)

    def body(self) -> dict[str, object]:
        """The answer of `/_control/seed`."""
        records = {str(portal_id): by_type for portal_id, by_type in self.records.items()}
        return {"records": records, "installs": self.tokens}


def seed(world: World, fields: Fields) -> Seeded:
    """What was made. Raises HubSpotError 400 with the path of a bad field; what came before it stays."""
    seeded = Seeded()
    for each in fields.objects("apps"):
        world.register_app(read_app(each))
    for each in fields.objects("portals"):
        _seed_portal(world, each, seeded)
    for each in fields.objects("installs"):
        seeded.tokens.append(install(world, each))
    fields.finish()
    return seeded


def read_app(fields: Fields) -> App:
    """The app that the object describes."""
    app = App(
        app_id=fields.integer("app_id"),
        client_id=fields.text("client_id"),
        client_secret=fields.text("client_secret"),
        redirect_urls=fields.texts("redirect_urls"),
        required_scopes=fields.texts("required_scopes") or ("oauth",),
        optional_scopes=fields.texts("optional_scopes"),
        conditionally_required_scopes=fields.texts("conditionally_required_scopes"),
        webhook_target_url=fields.optional_text("webhook_target_url"),
        subscriptions=tuple(_subscription(each, place) for place, each in enumerate(fields.objects("subscriptions"))),
        name=fields.text("name", "Sample app"),
        max_concurrent_requests=fields.integer("max_concurrent_requests", 10),
        event_types=tuple(_event_type(each) for each in fields.objects("event_types")),
    )
    fields.finish()
    return app


def install(world: World, fields: Fields) -> dict[str, object]:
    """Installs an app without the consent page; the tokens as the token endpoint names them."""
    app_id, portal_id = fields.integer("app_id"), fields.integer("portal_id")
    if app_id not in world.apps or portal_id not in world.portals:
        raise HubSpotError(400, "CONTROL_ERROR", f"{fields.path} names an app or portal that is not there")
    scopes = fields.texts("scopes") if "scopes" in fields else None
    pair = world.install(app_id, portal_id, scopes=scopes, user_id=fields.optional_integer("user_id"))
    fields.finish()
    return {
        "app_id": app_id,
        "hub_id": portal_id,
        "access_token": pair.access.token,
        "refresh_token": pair.refresh_token,
        "expires_in": pair.expires_in_s,
        "scopes": list(pair.access.grant.scopes),
    }


def read_portal_settings(fields: Fields, current: PortalSettings) -> PortalSettings:
    """`current` with what the object changes."""
    rules = fields.child("required_properties")
    settings = replace(
        current,
        index_lag_s=fields.number("index_lag_s", current.index_lag_s),
        auto_associate_company=fields.flag("auto_associate_company", default=current.auto_associate_company),
        merge_creates_new_id=fields.flag("merge_creates_new_id", default=current.merge_creates_new_id),
        ui_domain=fields.text("ui_domain", current.ui_domain),
        time_zone=fields.text("time_zone", current.time_zone),
        currency=fields.text("currency", current.currency),
        account_type=fields.text("account_type", current.account_type),
        data_hosting_location=fields.text("data_hosting_location", current.data_hosting_location),
        required_properties={name: list(rules.texts(name)) for name in rules.names()}
        if "required_properties" in fields
        else current.required_properties,
    )
    fields.finish()
    return settings


def _subscription(fields: Fields, place: int) -> Subscription:
    subscription = Subscription(
        id=fields.integer("id", 7001 + place),
        type=fields.text("type"),
        property_name=fields.optional_text("property_name"),
        object_type=fields.optional_text("object_type"),
        active=fields.flag("active", default=True),
    )
    fields.finish()
    return subscription


def _event_type(fields: Fields) -> EventType:
    """An event type as its hsmeta file has it: uid and config in one object."""
    declared = EventType(
        uid=fields.text("uid"),
        object_type=fields.text("objectType"),
        name=fields.text("name", ""),
        header_template=fields.text("headerTemplate", ""),
        detail_template=fields.text("detailTemplate", ""),
        properties={each.text("name"): _event_property_type(each) for each in fields.objects("properties")},
    )
    fields.finish()
    return declared


def _event_property_type(fields: Fields) -> str:
    fields.names()
    return fields.text("type")


def _seed_portal(world: World, fields: Fields, seeded: Seeded) -> None:
    portal_id = fields.integer("portal_id")
    settings = read_portal_settings(fields.child("settings"), PortalSettings())
    owners = [_owner(each, world) for each in fields.objects("owners")]
    account = Account(frozenset(fields.texts("unavailable_scopes")), fields.integer("installer_user_id", 9001))
    portal = world.portals.get(portal_id)
    if portal is None:
        portal = world.new_portal(portal_id, settings, account=account, owners=owners)
    for owner in owners:
        world.owners[portal_id].put(owner)
    refs: dict[tuple[str, str], str] = {}
    links: list[tuple[str, str, Fields]] = []
    objects = fields.child("objects")
    made = seeded.records.setdefault(portal_id, {})
    for object_type in objects.names():
        made.setdefault(object_type, []).extend(_seed_records(portal, object_type, list(objects.objects(object_type)), refs, links))
    for object_type, record_id, link in links:
        _link(portal, (object_type, record_id), link, refs)
    fields.finish()


def _seed_records(
    portal: Portal,
    object_type: str,
    records: list[Fields],
    refs: dict[tuple[str, str], str],
    links: list[tuple[str, str, Fields]],
) -> list[str]:
    inputs = [WriteInput(each.text_map("properties")) for each in records]
    outcome = portal.batch_create(object_type, inputs, source=_SEEDED_BY)
    ids = [written.id for written in outcome.written]
    for record, record_id in zip(records, ids, strict=True):
        ref = record.optional_text("ref")
        if ref is not None:
            refs[(object_type, ref)] = record_id
        links.extend((object_type, record_id, link) for link in record.objects("associations"))
        past = [(int(one.moment("at").timestamp() * 1000), one.text_map("properties")) for one in record.objects("history")]
        if past:
            portal.backdate(object_type, record_id, sorted(past, key=lambda one: one[0]), source=_SEEDED_BY)
        record.finish()
    return ids


def _link(portal: Portal, start: tuple[str, str], fields: Fields, refs: dict[tuple[str, str], str]) -> None:
    to_type, ref = fields.text("type"), fields.optional_text("ref")
    to_id = fields.text("id") if ref is None else refs.get((to_type, ref))
    if to_id is None:
        raise HubSpotError(400, "CONTROL_ERROR", f"{fields.path}.ref names no {to_type} of this seed")
    fields.finish()
    portal.associate(start, (to_type, to_id), source=_SEEDED_BY)


def _owner(fields: Fields, world: World) -> Owner:
    owner = Owner(
        id=fields.text("id"),
        user_id=fields.integer("user_id"),
        email=fields.text("email"),
        first_name=fields.text("first_name", "Sample"),
        last_name=fields.text("last_name", "Owner"),
        created_at=world.clock.now(),
        archived=fields.flag("archived"),
        teams=tuple(_team(each) for each in fields.objects("teams")),
    )
    fields.finish()
    return owner


def _team(fields: Fields) -> tuple[str, str]:
    """Id and name; the first team of an owner is its primary one."""
    team = fields.text("id"), fields.text("name", "Sample team")
    fields.finish()
    return team
