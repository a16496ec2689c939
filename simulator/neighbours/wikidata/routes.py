"""Wikidata's routes: the API, the entity files and the query service. Lag and haste are refused with status 200 by the API, with 429 by queries."""

import re

from flask import Blueprint, Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.wikidata.items import Body, Items
from simulator.neighbours.windows import Rule

BASE_PATH = "/wikidata"
QUERY_PATH = "/query"
PATHS = {"wikidata": BASE_PATH, "wikidata_sparql": QUERY_PATH}
MOST_IDS = 50
_SITE = re.compile(r"<(https?://[^<>\s\"]+)>")
_SELECTED = re.compile(r"select\s+(?:distinct\s+)?(.*?)\s+where\b", re.IGNORECASE | re.DOTALL)
_WAIT = {"Retry-After": "5"}


def _refuse(code: str, info: str, **more: object) -> Response:
    response = jsonify({"error": {"code": code, "info": info, **more}, "servedby": "mw-sample"})
    response.headers["MediaWiki-API-Error"] = code
    return response


def _throttled() -> Response:
    if request.path.startswith(QUERY_PATH):
        return Response("Rate limit exceeded", 429, _WAIT, content_type="text/plain")
    response = _refuse("maxlag", "Waiting for a database server: 6.2 seconds lagged.", host="db-sample", lag=6.2, type="db")
    response.headers.update(_WAIT)
    return response


def _blocked() -> Response:
    text = "Please set a user-agent and respect our robot policy https://w.wiki/4wJS\n"
    return Response(text, 403, content_type="text/plain")


DIALECT = keyless_dialect((Rule("second", 10, 1.0),), lambda _usages: _throttled(), _blocked, refuses_anonymous=True)


def build_app(settings: NeighbourSettings) -> Flask:
    """Wikidata as a WSGI application."""
    items = Items(FactBook(settings.companies))
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.compact = True  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, GateState())
    app.register_blueprint(_wiki(items), url_prefix=BASE_PATH)
    app.register_blueprint(_queries(items), url_prefix=QUERY_PATH)
    return app


def _wiki(items: Items) -> Blueprint:
    blueprint = Blueprint("wiki", __name__)
    actions = {"wbsearchentities": _search, "wbgetentities": _get_entities}

    @blueprint.get("/w/api.php")
    def api() -> Response:
        action = actions.get(request.args.get("action", ""))
        return action(items) if action else _refuse("badvalue", 'Unrecognized value for parameter "action".')

    @blueprint.get("/wiki/Special:EntityData/<qid>.json")
    def entity_data(qid: str) -> Response:
        entity = items.entity(qid)
        if entity is None:
            return Response("<html><body>No entity with that id was found.</body></html>", 404, content_type="text/html")
        return jsonify({"entities": {qid: entity}})

    return blueprint


def _search(items: Items) -> Response:
    name = request.args.get("search", "")
    if not name or not request.args.get("language"):
        return _refuse("missingparam", 'The "search" and "language" parameters must be set.')
    limit = request.args.get("limit", 7, type=int)
    return jsonify(
        {"searchinfo": {"search": name}, "search": [_hit(items, qid, name) for qid in items.search(name)[:limit]], "success": 1}
    )


def _hit(items: Items, qid: str, name: str) -> Body:
    entity = items.entity(qid) or {}
    label, description = _english(entity, "labels"), _english(entity, "descriptions")
    return {
        "id": qid, "title": qid, "pageid": int(qid[1:]), "concepturi": f"http://www.wikidata.org/entity/{qid}", "repository": "wikidata",
        "url": f"//www.wikidata.org/wiki/{qid}",
        "display": {"label": {"value": label, "language": "en"}, "description": {"value": description, "language": "en"}},
        "label": label, "description": description, "match": {"type": "label", "language": "en", "text": name},
    }  # fmt: skip


def _get_entities(items: Items) -> Response:
    qids = [one for one in request.args.get("ids", "").split("|") if one]
    if not qids:
        return _refuse("param-missing", 'Either provide the Item "ids" or pairs of "sites" and "titles".')
    if len(qids) > MOST_IDS:
        return _refuse("toomanyvalues", f'Too many values supplied for parameter "ids". The limit is {MOST_IDS}.')
    bad = [one for one in qids if not re.fullmatch(r"Q[1-9]\d*", one)]
    if bad:
        return _refuse("no-such-entity", f"Could not find an entity with the ID {bad[0]!r}.", id=bad[0])
    parts = {"type", "id", *(request.args.get("props") or "labels|descriptions|claims").split("|")}
    found = {qid: items.entity(qid) for qid in qids}
    entities = {
        qid: {name: part for name, part in entity.items() if name in parts} if entity else {"id": qid, "missing": ""}
        for qid, entity in found.items()
    }
    return jsonify({"entities": entities, "success": 1})


def _queries(items: Items) -> Blueprint:
    blueprint = Blueprint("queries", __name__)

    @blueprint.get("/sparql")
    def sparql() -> Response:
        query = request.args.get("query", "")
        selected = _SELECTED.search(query)
        if selected is None or "wdt:P856" not in query:
            return Response(
                "SPARQL-QUERY: queryStr=\njava.util.concurrent.ExecutionException: MalformedQueryException",
                400,
                content_type="text/plain",
            )
        names = [one.lstrip("?") for one in selected[1].split()]
        qids = dict.fromkeys(qid for url in _SITE.findall(query) for qid in items.find_site(url))
        rows = [{name: value for name, value in _row(items, qid).items() if name in names} for qid in qids]
        body = jsonify({"head": {"vars": names}, "results": {"bindings": rows}})
        body.headers["Content-Type"] = "application/sparql-results+json"
        return body

    return blueprint


def _row(items: Items, qid: str) -> Body:
    return {
        "item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{qid}"},
        "itemLabel": {"xml:lang": "en", "type": "literal", "value": _english(items.entity(qid) or {}, "labels")},
    }


def _english(entity: Body, part: str) -> str:
    found = entity.get(part)
    text = found.get("en") if isinstance(found, dict) else None
    return str(text["value"]) if isinstance(text, dict) else ""
