"""The feed: titles that end with the publisher, links that lead to Google, and a page in place of it for who asks too often."""

import html
from email.utils import format_datetime

from flask import Flask, Response, request

from simulator.neighbours.chance import hex_id
from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.news_desk import NewsDesk, StoryPrinted
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.windows import Rule

BASE_PATH = ""


def _block(status: int) -> Response:
    body = "<html><head><title>Sorry...</title></head><body>Our systems have detected unusual traffic from your computer network.</body></html>"
    return Response(body, status, content_type="text/html")


DIALECT = keyless_dialect((Rule("minute", 100, 60.0),), lambda _usages: _block(429), lambda: _block(503))


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application."""
    desk = NewsDesk(FactBook(settings.companies), "google_news")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, GateState())

    @app.get("/rss/search")
    def search() -> Response:
        query = request.args.get("q", "")
        items = "".join(_item(one) for one in desk.stories(query))
        body = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rss version="2.0"><channel><generator>NFE/5.0</generator>'
            f"<title>{html.escape(query)} - Google News</title><link>https://news.google.com/search</link><language>en-GB</language>"
            f"<description>Google News</description>{items}</channel></rss>"
        )
        return Response(body, 200, content_type="application/xml; charset=utf-8")

    return app


def _item(one: StoryPrinted) -> str:
    key = hex_id(20, "google news", one.url)
    return (
        f"<item><title>{html.escape(one.title)} - {one.paper}</title><link>https://news.google.com/rss/articles/{key}?oc=5</link>"
        f'<guid isPermaLink="false">{key}</guid><pubDate>{format_datetime(one.at, usegmt=True)}</pubDate>'
        f'<description></description><source url="https://{one.host}">{one.paper}</source></item>'
    )
