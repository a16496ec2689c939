"""Hunter's routes. Nothing is charged when nothing is found, nor while an answer is pending."""

import re

from flask import Blueprint, Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook, bare_domain, mistaken_for
from simulator.neighbours.gate import GateState, current_caller, mount_gate
from simulator.neighbours.hunter import bodies
from simulator.neighbours.hunter.errors import HUNTER_DIALECT, claimed_email, missing_parameter, not_found, refuse
from simulator.neighbours.hunter.state import HunterState
from simulator.neighbours.keys import Behaviour, Ledger
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = "/v2"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SEARCH_FILTERS = ("type", "seniority", "department")
DEFAULT_PAGE, LARGEST_PAGE = 10, 100


def build_app(settings: NeighbourSettings) -> Flask:
    """The Hunter stand-in as a WSGI application, with its own state."""
    gate = GateState(Ledger(settings.credit_limit))
    state = HunterState(FactBook(settings.companies), gate, settings.credit_limit, settings.pending_calls, settings.pending_finds)
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, HUNTER_DIALECT, settings, gate)
    app.register_blueprint(_domains(state), url_prefix=BASE_PATH)
    app.register_blueprint(_emails(state), url_prefix=BASE_PATH)
    return app


def _domains(state: HunterState) -> Blueprint:
    blueprint = Blueprint("domains", __name__)

    @blueprint.get("/domain-search")
    def domain_search() -> Response:
        domain, company = _arg("domain"), _arg("company")
        if not domain and not company:
            return missing_parameter("company", "domain")
        page = _page()
        if page is None:
            return refuse(400, "wrong_params", f"limit must be 1 to {LARGEST_PAGE}, offset 0 or more")
        limit, offset = page
        facts = state.find_company(domain, company)
        emails = [email for email in bodies.emails_of(facts) if _wanted(email)] if facts else []
        shown = emails[offset : offset + limit]
        if shown:
            _charge(state)
        data = bodies.domain_search(facts, shown) if facts else bodies.empty_domain_search(bare_domain(domain))
        meta = {"results": len(emails), "limit": limit, "offset": offset}
        return jsonify({"data": data, "meta": meta | _params("domain", "company", *_SEARCH_FILTERS)})

    @blueprint.get("/companies/find")
    def companies_find() -> Response:
        if not _arg("domain"):
            return missing_parameter("domain")
        facts = state.find_company(mistaken_for(_arg("domain")), "")
        if facts is None:
            return not_found()
        _charge(state)
        return jsonify({"data": bodies.company(facts), "meta": {"domain": facts.domain}})

    @blueprint.get("/email-count")
    def email_count() -> Response:
        domain, company = _arg("domain"), _arg("company")
        if not domain and not company:
            return missing_parameter("company", "domain")
        data = bodies.email_count(state.find_company(domain, company))
        return jsonify({"data": data, "meta": _params("domain", "company", "type")})

    @blueprint.get("/account")
    def account() -> Response:
        return jsonify({"data": state.account(current_caller().key)})

    return blueprint


def _emails(state: HunterState) -> Blueprint:
    blueprint = Blueprint("emails", __name__)

    @blueprint.get("/email-finder")
    def email_finder() -> Response:
        if not _arg("domain") and not _arg("company"):
            return missing_parameter("company", "domain")
        first, last = _names()
        if not first or not last:
            return missing_parameter("first_name", "last_name", "full_name")
        if _is_legally_blocked():
            return claimed_email()
        if state.is_still_finding(current_caller().key, f"{first} {last}", _arg("domain") or _arg("company")):
            pending = jsonify({"data": bodies.email_not_found(first, last, bare_domain(_arg("domain")), None), "meta": {}})
            pending.status_code = 202
            return pending
        facts = state.find_company(_arg("domain"), _arg("company"))
        contact = state.find_person(first, last, facts) if facts else None
        if facts and contact:
            _charge(state)
            data = bodies.email_finder(contact, facts)
        else:
            name = facts.company.name if facts else None
            data = bodies.email_not_found(first, last, bare_domain(_arg("domain")), name)
        names = ("first_name", "last_name", "full_name", "domain", "company", "max_duration")
        return jsonify({"data": data, "meta": _params(*names)})

    @blueprint.get("/email-verifier")
    def email_verifier() -> Response:
        email = _arg("email")
        if not email:
            return missing_parameter("email")
        if not _EMAIL.fullmatch(email):
            return refuse(400, "invalid_email", "The email supplied is not valid")
        if _is_legally_blocked():
            return claimed_email()
        if state.is_still_working(current_caller().key, email):
            pending = jsonify({"data": bodies.email_verification(email, None), "meta": _params("email")})
            pending.status_code = 202
            return pending
        _charge(state)
        return jsonify({"data": bodies.email_verification(email, state.verify(email)), "meta": _params("email")})

    return blueprint


def _names() -> tuple[str, str]:
    if _arg("full_name"):
        first, _, last = _arg("full_name").partition(" ")
        return first, last
    return _arg("first_name"), _arg("last_name")


def _wanted(email: dict[str, object]) -> bool:
    return all(not _arg(name) or email[name] in _arg(name).split(",") for name in _SEARCH_FILTERS)


def _page() -> tuple[int, int] | None:
    limit, offset = _arg("limit") or str(DEFAULT_PAGE), _arg("offset") or "0"
    if not (limit.isascii() and limit.isdigit() and offset.isascii() and offset.isdigit()):
        return None
    return (int(limit), int(offset)) if 1 <= int(limit) <= LARGEST_PAGE else None


def _is_legally_blocked() -> bool:
    return current_caller().behaviour is Behaviour.LEGAL


def _charge(state: HunterState) -> None:
    caller = current_caller()
    state.gate.ledger.charge(caller.key, caller.operation, 1)


def _arg(name: str) -> str:
    return request.args.get(name, "").strip()


def _params(*names: str) -> dict[str, object]:
    return {"params": {name: request.args.get(name) for name in names}}
