"""BuiltWith's routes. The segment of the version is taken as it comes, because the vendor moves it."""

import re
import threading
from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, g, jsonify, request

from simulator.neighbours.builtwith import bodies
from simulator.neighbours.builtwith.errors import BUILTWITH_DIALECT, bad_domain, refuse
from simulator.neighbours.chance import hex_id
from simulator.neighbours.facts import CompanyFacts, FactBook, bare_domain, mistaken_for
from simulator.neighbours.gate import Caller, GateState, current_caller, mount_gate
from simulator.neighbours.keys import Ledger
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = ""
BATCH_MAX = 16
LONGEST_JOB = 1_000
_ROOT_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass
class _Jobs:
    """Bulk jobs by id: the key they belong to, how often somebody asked, and the results until they are read."""

    waiting: dict[str, tuple[str, list[bodies.Body]]] = field(default_factory=dict)
    polls: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class _State:
    book: FactBook
    gate: GateState
    settings: NeighbourSettings
    jobs: _Jobs = field(default_factory=_Jobs)

    def find(self, domain: str) -> CompanyFacts | None:
        facts = self.book.find_domain(mistaken_for(domain))
        return facts if facts and bodies.BUILTWITH.knows(facts.domain) else None

    def look_up(self, domain: str, *, live_only: bool, with_people: bool) -> bodies.Body:
        facts = self.find(domain)
        if facts is None:
            return bodies.unknown(domain)
        return bodies.known(facts, live_only=live_only, with_people=with_people) | {"Lookup": domain}

    def used(self, key: str) -> int:
        return self.gate.ledger.credits_used(key)


def build_app(settings: NeighbourSettings) -> Flask:
    """The BuiltWith stand-in as a WSGI application, with its own state."""
    gate = GateState(Ledger(settings.credit_limit))
    state = _State(FactBook(settings.companies), gate, settings)
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]

    @app.after_request
    def tell_credits(response: Response) -> Response:
        caller = g.get("caller")
        if isinstance(caller, Caller):
            used = state.used(caller.key)
            left = max(0, settings.credit_limit - used)
            response.headers["X-API-CREDITS-AVAILABLE"] = str(settings.credit_limit)
            response.headers["X-API-CREDITS-USED"] = str(used)
            response.headers["X-API-CREDITS-REMAINING"] = str(left)
        return response

    mount_gate(app, BUILTWITH_DIALECT, settings, gate)
    app.register_blueprint(_domains(state))
    app.register_blueprint(_bulk(state))
    app.register_blueprint(_account(state))
    return app


def _domains(state: _State) -> Blueprint:
    blueprint = Blueprint("domains", __name__)

    @blueprint.get("/v<int:version>/api.json")
    def domain(version: int) -> Response:
        del version
        wanted = _lookups(request.args.get("LOOKUP", ""))
        if not wanted or len(wanted) > BATCH_MAX:
            return bad_domain()
        good = [one for one in wanted if _ROOT_DOMAIN.fullmatch(one)]
        if not good:
            return bad_domain()
        _charge(state, len(good))
        results = [state.look_up(one, live_only=_flag("LIVEONLY"), with_people=not _flag("NOPII")) for one in good]
        errors = [
            {"Lookup": one, "Code": -8, "Message": "Invalid root domain name or unsupported."} for one in wanted if one not in good
        ]
        return jsonify({"Results": results, "Errors": errors})

    @blueprint.get("/free1/api.json")
    def free() -> Response:
        wanted = _lookups(request.args.get("LOOKUP", ""))
        if len(wanted) > 1:
            return refuse(-7, "Only one lookup at a time for this endpoint.")
        if not wanted or not _ROOT_DOMAIN.fullmatch(wanted[0]):
            return bad_domain()
        return jsonify(bodies.free(state.find(wanted[0]), wanted[0]))

    return blueprint


def _bulk(state: _State) -> Blueprint:
    blueprint = Blueprint("bulk", __name__)
    jobs = state.jobs

    @blueprint.post("/v<int:version>/domain/bulk")
    def bulk_submit(version: int) -> tuple[Response, int] | Response:
        body = request.get_json(silent=True)
        asked = body if isinstance(body, dict) else {}
        lookups, options = asked.get("lookups"), asked.get("options")
        options = options if isinstance(options, dict) else {}
        if (
            not isinstance(lookups, list)
            or not lookups
            or len(lookups) > LONGEST_JOB
            or not all(isinstance(one, str) for one in lookups)
        ):
            return bad_domain()
        _charge(state, len(lookups))
        flags = {"live_only": bool(options.get("liveOnly")), "with_people": not options.get("noPii")}
        results = [state.look_up(bare_domain(one), **flags) for one in lookups]
        if len(results) <= BATCH_MAX:
            return jsonify({"Results": results, "Errors": []})
        caller = current_caller()
        job_id = hex_id(32, "builtwith job", caller.key, str(caller.call_number))
        with jobs.lock:
            jobs.waiting[job_id] = (caller.key, results)
        return jsonify(_job(job_id, "queued", len(results), version)), 202

    @blueprint.get("/v<int:version>/domain/bulk/<job_id>")
    def bulk_status(version: int, job_id: str) -> tuple[Response, int] | Response:
        with jobs.lock:
            owner, results = jobs.waiting.get(job_id, ("", []))
            polls = jobs.polls[job_id] = jobs.polls.get(job_id, 0) + 1
        if owner != current_caller().key:
            return jsonify({"error": "no such job"}), 404
        done = polls > state.settings.pending_calls
        return jsonify(_job(job_id, "complete" if done else "running", len(results), version))

    @blueprint.get("/v<int:version>/domain/bulk/<job_id>/result")
    def bulk_result(version: int, job_id: str) -> tuple[Response, int] | Response:
        """Read once: the results are gone after it."""
        del version
        with jobs.lock:
            owner, results = jobs.waiting.get(job_id, ("", []))
            if owner != current_caller().key:
                return jsonify({"error": "no such job"}), 404
            del jobs.waiting[job_id]
        return jsonify({"Results": results, "Errors": []})

    return blueprint


def _account(state: _State) -> Blueprint:
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/usagev2/api.json")
    def usage() -> Response:
        used = state.used(current_caller().key)
        return jsonify({"used": str(used), "remaining": str(max(0, state.settings.credit_limit - used))})

    @blueprint.get("/whoamiv1/api.json")
    def whoami() -> Response:
        return jsonify({"maxConcurrentRequests": 8, "maxRequestsPerSecond": 10, "pii": False})

    return blueprint


def _job(job_id: str, status: str, count: int, version: int) -> bodies.Body:
    done = status == "complete"
    return {
        "job_id": job_id,
        "status": status,
        "created_utc": "2026-11-20T10:00:00Z",
        "completed_utc": "2026-11-20T10:00:41Z" if done else None,
        "result_url": f"/v{version}/domain/bulk/{job_id}/result" if done else None,
        "count": count,
        "sync_max": BATCH_MAX,
    }


def _lookups(text: str) -> list[str]:
    return [bare_domain(one) for one in text.split(",") if one.strip()]


def _flag(name: str) -> bool:
    return request.args.get(name, "").lower() == "yes"


def _charge(state: _State, domain_count: int) -> None:
    caller = current_caller()
    state.gate.ledger.charge(caller.key, caller.operation, domain_count)
