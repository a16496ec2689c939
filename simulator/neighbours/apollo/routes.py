"""Apollo's routes. Parameters of the single calls are read from the query only, as Apollo documents them."""

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, jsonify, request

from simulator.neighbours.apollo import bodies
from simulator.neighbours.apollo.errors import APOLLO_DIALECT, bulk_refusal, missing_parameter, refuse
from simulator.neighbours.apollo.state import ApolloState
from simulator.neighbours.chance import hex_id
from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, current_caller, mount_gate
from simulator.neighbours.keys import Ledger
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = "/api/v1"
BATCH_MAX = 10
_ORGANIZATION_FIELDS = ("domain", "website", "linkedin_url", "name")
_PERSON_FIELDS = ("email", "id", "linkedin_url", "name", "first_name", "last_name")


def build_app(settings: NeighbourSettings) -> Flask:
    """The Apollo stand-in as a WSGI application, with its own state."""
    gate = GateState(Ledger(settings.credit_limit))
    state = ApolloState(FactBook(settings.companies), gate, settings.credit_limit)
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, APOLLO_DIALECT, settings, gate)
    app.register_blueprint(_organizations(state), url_prefix=f"{BASE_PATH}/organizations")
    app.register_blueprint(_search(state), url_prefix=f"{BASE_PATH}/mixed_companies")
    app.register_blueprint(_people(state), url_prefix=f"{BASE_PATH}/people")
    app.register_blueprint(_account(state), url_prefix=BASE_PATH)
    return app


def _organizations(state: ApolloState) -> Blueprint:
    blueprint = Blueprint("organizations", __name__)

    @blueprint.get("/enrich")
    def organizations_enrich() -> Response:
        if not any(request.args.get(name) for name in _ORGANIZATION_FIELDS):
            return missing_parameter("domain")
        facts = state.find_organization(request.args)
        if facts is None:
            return jsonify({"organization": None})
        _charge(state, 1)
        return jsonify({"organization": bodies.organization(facts)})

    @blueprint.post("/bulk_enrich")
    def organizations_bulk_enrich() -> Response:
        domains = request.args.getlist("domains[]")
        wanted = [{"domain": domain} for domain in domains] or _details()
        refusal = _check_batch(wanted)
        if refusal or wanted is None:
            return refusal or bulk_refusal(422, "INVALID_REQUEST", "details is not a list of objects")
        found = [state.find_organization(item) for item in wanted]
        enriched = len({facts.domain for facts in found if facts})
        _charge(state, enriched)
        unique = len({tuple(sorted(item.items())) for item in wanted})
        return jsonify(
            {
                "status": "success",
                "error_code": None,
                "error_message": None,
                "total_requested_records": None if domains else len(wanted),
                "total_requested_domains": len(wanted) if domains else None,
                "unique_domains": unique if domains else None,
                "unique_records": None if domains else unique,
                "unique_enriched_records": enriched,
                "missing_records": found.count(None),
                "organizations": [bodies.bulk_organization(facts) if facts else None for facts in found],
            }
        )

    return blueprint


def _search(state: ApolloState) -> Blueprint:
    blueprint = Blueprint("mixed_companies", __name__)

    @blueprint.post("/search")
    def mixed_companies_search() -> Response:
        page, per_page = (max(1, request.args.get(name, default, int)) for name, default in (("page", 1), ("per_page", 10)))
        found = state.search_organizations(request.args.get("q_organization_name", ""))
        shown = found[(page - 1) * per_page : page * per_page]
        _charge(state, 1 if shown else 0)
        return jsonify(bodies.search_page([bodies.searched_organization(one) for one in shown], page, per_page, len(found)))

    return blueprint


def _people(state: ApolloState) -> Blueprint:
    blueprint = Blueprint("people", __name__)

    @blueprint.post("/match")
    def people_match() -> Response:
        if not any(request.args.get(name) for name in _PERSON_FIELDS):
            return missing_parameter("email")
        if _flag("reveal_phone_number") and not request.args.get("webhook_url", "").startswith("https://"):
            return refuse(422, {"error": "Please add a valid 'webhook_url' parameter when using 'reveal_phone_number'"})
        match = state.find_person(request.args)
        if match is None:
            return jsonify({"person": None, "request_id": _request_id()})
        _charge(state, 1)
        return jsonify({"person": bodies.person(*match, bulk=False), "request_id": _request_id()})

    @blueprint.post("/bulk_match")
    def people_bulk_match() -> Response:
        wanted = _details()
        refusal = _check_batch(wanted)
        if refusal or wanted is None:
            return refusal or bulk_refusal(422, "INVALID_REQUEST", "details is not a list of objects")
        found = [state.find_person(item) for item in wanted]
        enriched = len({match[0].email for match in found if match})
        _charge(state, enriched)
        return jsonify(
            {
                "status": "success",
                "error_code": None,
                "error_message": None,
                "total_requested_enrichments": len(wanted),
                "unique_enriched_records": enriched,
                "missing_records": found.count(None),
                "credits_consumed": enriched,
                "matches": [bodies.person(*match, bulk=True) if match else None for match in found],
                "request_id": _request_id(),
            }
        )

    return blueprint


def _account(state: ApolloState) -> Blueprint:
    blueprint = Blueprint("account", __name__)

    @blueprint.post("/usage_stats/credit_usage_stats")
    def credit_usage_stats() -> Response:
        return jsonify(state.credit_usage(current_caller().key))

    @blueprint.post("/usage_stats/api_usage_stats")
    def api_usage_stats() -> Response:
        return jsonify(state.api_usage(current_caller().key))

    @blueprint.get("/users/api_profile")
    def users_api_profile() -> Response:
        return jsonify(state.profile(current_caller().key))

    return blueprint


def _details() -> list[Mapping[str, str]] | None:
    """The `details` of a bulk body with their text values; None when they are not a list of objects."""
    body = request.get_json(silent=True)
    details = body.get("details") if isinstance(body, dict) else None
    if not isinstance(details, list) or not all(isinstance(item, dict) for item in details):
        return None
    return [{name: value for name, value in item.items() if isinstance(value, str)} for item in details]


def _check_batch(wanted: list[Mapping[str, str]] | list[dict[str, str]] | None) -> Response | None:
    if not wanted:
        return bulk_refusal(422, "INVALID_REQUEST", "details can't be blank")
    if len(wanted) > BATCH_MAX:
        return bulk_refusal(400, "RECORD_LIMIT_EXCEEDED", f"cannot enrich more than {BATCH_MAX} in a single request")
    return None


def _charge(state: ApolloState, credit_count: int) -> None:
    caller = current_caller()
    state.gate.ledger.charge(caller.key, caller.operation, credit_count)


def _request_id() -> int:
    """A signed 64-bit number, often negative and beyond what JavaScript can hold, as Apollo's are."""
    caller = current_caller()
    return int(hex_id(16, "apollo request", caller.key, str(caller.call_number)), 16) - 2**63


def _flag(name: str) -> bool:
    return request.args.get(name, "").lower() == "true"
