"""Crunchbase's routes. Calls are counted, nothing is charged: the licence is paid for by the year."""

from flask import Blueprint, Flask, Response, jsonify, request

from simulator.neighbours.crunchbase import bodies
from simulator.neighbours.crunchbase.errors import CRUNCHBASE_DIALECT, bad_query, not_found
from simulator.neighbours.facts import CompanyFacts, FactBook
from simulator.neighbours.gate import GateState, current_caller, mount_gate
from simulator.neighbours.keys import Ledger
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = "/v4/data"
DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1_000


def build_app(settings: NeighbourSettings) -> Flask:
    """The Crunchbase stand-in as a WSGI application, with its own state."""
    gate = GateState(Ledger(settings.credit_limit))
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, CRUNCHBASE_DIALECT, settings, gate)
    app.register_blueprint(_organizations(FactBook(settings.companies)), url_prefix=BASE_PATH)
    return app


def _organizations(book: FactBook) -> Blueprint:
    blueprint = Blueprint("organizations", __name__)
    by_uuid = {bodies.uuid_of(facts): facts for domain in book.domains() if (facts := book.find_domain(domain))}

    @blueprint.post("/searches/organizations")
    def search_organizations() -> Response:
        body = request.get_json(silent=True)
        asked = body if isinstance(body, dict) else {}
        field_ids, query, limit = asked.get("field_ids"), asked.get("query"), asked.get("limit", DEFAULT_LIMIT)
        if not isinstance(field_ids, list) or not field_ids or not isinstance(query, list) or not isinstance(limit, int):
            return bad_query("field_ids and query are required")
        if unknown := [name for name in field_ids if name not in bodies.package_of(current_caller().key)]:
            return bad_query(f"Unknown field_id in query: {unknown[0]}")
        found: list[CompanyFacts] | None = None
        for predicate in query:
            matching = _matching(predicate)
            if matching is None:
                return bad_query("Unknown predicate in query")
            found = matching if found is None else [one for one in found if one in matching]
        known = [facts for facts in found or () if bodies.CRUNCHBASE.knows(facts.domain)]
        response = jsonify(
            {"count": len(known), "entities": [bodies.entity(one, field_ids) for one in known[: min(limit, LARGEST_LIMIT)]]}
        )
        response.headers["X-Cb-Engine-Total-Count"] = str(len(known))
        return response

    def _matching(predicate: object) -> list[CompanyFacts] | None:
        if not isinstance(predicate, dict) or not isinstance(predicate.get("values"), list):
            return None
        kind = (predicate.get("field_id"), predicate.get("operator_id"))
        texts = [one for one in predicate["values"] if isinstance(one, str)]
        if kind == ("website_url", "domain_eq"):
            return [facts for text in texts if (facts := book.find_domain(text))]
        if kind in {("identifier", "contains"), ("identifier", "eq")}:
            return [facts for text in texts for facts in book.find_namesakes(text)]
        return None

    @blueprint.get("/entities/organizations/<entity_id>")
    def organization(entity_id: str) -> Response:
        field_ids = [one for one in request.args.get("field_ids", "identifier").split(",") if one]
        facts = by_uuid.get(entity_id) or next((one for one in by_uuid.values() if one.slug == entity_id), None)
        if unknown := [name for name in field_ids if name not in bodies.package_of(current_caller().key)]:
            return bad_query(f"Unknown field_id in query: {unknown[0]}")
        if facts is None or not bodies.CRUNCHBASE.knows(facts.domain):
            return not_found()
        return jsonify({"properties": bodies.properties(facts, field_ids)})

    @blueprint.get("/autocompletes")
    def autocompletes() -> Response:
        wanted = request.args.get("query", "").casefold()
        limit = min(25, request.args.get("limit", 10, int))
        found = [one for one in by_uuid.values() if wanted and one.company.name.casefold().startswith(wanted)][:limit]
        entities = [bodies.properties(one, ["identifier", "short_description"]) | {"facet_ids": ["company"]} for one in found]
        return jsonify({"count": len(entities), "entities": entities})

    return blueprint
