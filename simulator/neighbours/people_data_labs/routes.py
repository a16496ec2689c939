"""The enrichment calls of People Data Labs. A match costs one credit; no match, or one less likely than asked for, is a free 404."""

from flask import Blueprint, Flask, Response, jsonify, request

from simulator.data.demo import DemoContact
from simulator.neighbours.facts import CompanyFacts, FactBook, mistaken_for
from simulator.neighbours.gate import GateState, current_caller, mount_gate
from simulator.neighbours.keys import Ledger
from simulator.neighbours.people_data_labs import bodies
from simulator.neighbours.people_data_labs.errors import DIALECT, bad_question, not_found
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = "/v5"
DEFAULT_LIKELIHOOD = 2
_COMPANY_NAMES = ("website", "name", "profile", "pdl_id")


def build_app(settings: NeighbourSettings) -> Flask:
    """The People Data Labs stand-in as a WSGI application, with its own state."""
    gate = GateState(Ledger(settings.credit_limit))
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, gate)
    app.register_blueprint(_enrichment(FactBook(settings.companies), gate, settings.credit_limit), url_prefix=BASE_PATH)
    return app


def _enrichment(book: FactBook, gate: GateState, credit_limit: int) -> Blueprint:
    blueprint = Blueprint("enrichment", __name__)

    @blueprint.get("/company/enrich")
    def company_enrich() -> Response:
        least = _least_likelihood()
        if least is None or not any(_arg(name) for name in _COMPANY_NAMES):
            return bad_question()
        facts = book.find_domain(mistaken_for(_arg("website"))) if _arg("website") else book.find_name(_arg("name"))
        if facts is None or not bodies.SEER.knows(facts.domain) or bodies.likelihood(facts.domain) < least:
            return not_found()
        return _charged(bodies.company(facts), "enrich_company")

    @blueprint.get("/person/enrich")
    def person_enrich() -> Response:
        least = _least_likelihood()
        if least is None or not (_arg("email") or _arg("profile") or (_name()[1] and _arg("company"))):
            return bad_question()
        match = _find_person(book)
        if match is None or not bodies.SEER.knows(match[0].email) or bodies.likelihood(match[0].email) < least:
            return not_found()
        return _charged(bodies.person(*match, titlecase=_arg("titlecase") == "true"), "enrich")

    def _charged(body: bodies.Body, kind: str) -> Response:
        caller = current_caller()
        gate.ledger.charge(caller.key, caller.operation, 1)
        response = jsonify(body)
        response.headers["x-call-credits-spent"] = "1"
        response.headers["x-call-credits-type"] = kind
        response.headers["x-totallimit-remaining"] = str(max(0, credit_limit - gate.ledger.credits_used(caller.key)))
        return response

    return blueprint


def _find_person(book: FactBook) -> tuple[DemoContact, CompanyFacts] | None:
    if _arg("email"):
        return book.find_email(_arg("email"))
    first, last = _name()
    named = book.find_name(_arg("company"))
    return book.find_person(first, last, named.domain if named else _arg("company"))


def _name() -> tuple[str, str]:
    if _arg("name"):
        first, _, last = _arg("name").partition(" ")
        return first, last
    return _arg("first_name"), _arg("last_name")


def _least_likelihood() -> int | None:
    """The `min_likelihood` asked for; None for one that is no number from 1 to 10."""
    raw = _arg("min_likelihood") or str(DEFAULT_LIKELIHOOD)
    return int(raw) if raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 10 else None


def _arg(name: str) -> str:
    return request.args.get(name, "").strip()
