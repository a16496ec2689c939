"""The pages of a company's site as answers: home, about, contact, robots.txt, in the site's own encoding and habits."""

import gzip
from collections.abc import Callable

from flask import Response, render_template, request

from simulator.neighbours.facts import CompanyFacts
from simulator.neighbours.sites.structured import render_json_ld, social_links
from simulator.neighbours.sites.style import MailWriting, PhoneWriting, Robots, SiteStyle
from simulator.neighbours.sites.traces import combine

_ROBOTS_TEXT = {
    Robots.OPEN: "User-agent: *\nAllow: /\n",
    Robots.SOME: "# sample rules\nUser-agent: *\nCrawl-delay: 1\nDisallow: /private/\n\nUser-agent: BadBot\nDisallow: /\n",
    Robots.CLOSED: "User-agent: *\nDisallow: /\n",
}


def render_robots(style: SiteStyle) -> Response:
    """robots.txt as the site has it; absent is 404, broken is 503."""
    if style.robots in _ROBOTS_TEXT:
        return Response(_ROBOTS_TEXT[style.robots], 200, content_type="text/plain; charset=utf-8")
    status = 404 if style.robots is Robots.ABSENT else 503
    return Response("not available\n", status, content_type="text/plain")


def render_page(path: str, facts: CompanyFacts, style: SiteStyle) -> Response:
    """The page at the path, or the site's 404."""
    content = _CONTENTS.get(path)
    if content is None:
        return Response("<!doctype html><title>Not found</title><h1>Not found</h1>", 404, content_type="text/html")
    trace = combine(facts.technologies)
    charset = _fitting_charset(style, facts)
    text = render_template(
        "page.html",
        meta_charset=charset if style.declares == "meta" else None,
        generator=trace.generator,
        scripts=trace.scripts,
        json_ld=render_json_ld(facts, style) if path == "/" else None,
        open_graph=_open_graph(facts) if style.has_open_graph and path == "/" else (),
        social=social_links(facts),
        name=facts.company.name,
        place=_place(facts),
        **content(facts, style),
    )
    response = Response(text.encode(charset), 200, content_type=_content_type(style, charset))
    _add_traces(response, trace.headers, trace.cookies)
    return _compressed(response) if style.gzips else response


def _home(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    company = facts.company
    return {
        "title": f"{company.name} | {company.industry}",
        "description": _summary(facts)[:160] if style.has_description else None,
        "heading": company.name,
        "paragraphs": [_summary(facts)],
    }


def _about(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    company = facts.company
    paragraphs = [_summary(facts), f"We are based in {_place(facts)} and work in {company.industry.lower()}."]
    if company.founded_year:
        paragraphs.append(f"Founded in {company.founded_year}.")
    if style.tells_employees:
        paragraphs.append(f"Today about {facts.employees:,} people work with us.")
    return {"title": f"About {company.name}", "description": None, "heading": "About us", "paragraphs": paragraphs}


def _contact(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    return {
        "title": f"Contact - {facts.company.name}",
        "description": None,
        "heading": "Contact",
        "paragraphs": [f"{facts.street}, {_place(facts)}"],
        **_mail(facts, style),
        **_phone(facts, style),
    }


_CONTENTS: dict[str, Callable[[CompanyFacts, SiteStyle], dict[str, object]]] = {
    "/": _home,
    "/about": _about,
    "/contact": _contact,
}


def _mail(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    writings: dict[MailWriting, tuple[str | None, str | None]] = {
        MailWriting.LINK: (f"mailto:{facts.mailbox}", facts.mailbox),
        MailWriting.LINK_WITH_SUBJECT: (f"MAILTO:{facts.mailbox.replace('@', '%40')}?subject=Hello%20there", "us"),
        MailWriting.WORDS: (None, facts.mailbox.replace("@", " (at) ")),
        MailWriting.NONE: (None, None),
    }
    link, text = writings[style.mail]
    return {"mail_link": link, "mail_text": text}


def _phone(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    if facts.phone is None or style.phone is PhoneWriting.NONE:
        return {}
    if style.phone is PhoneWriting.TEXT:
        return {"phone_text": facts.phone.replace(" ", "-")}
    return {"phone_link": f"tel:{facts.phone.replace(' ', '')}", "phone_text": facts.phone}


def _summary(facts: CompanyFacts) -> str:
    return facts.company.summary or f"{facts.company.name} is a company in {facts.company.industry.lower()}."


def _place(facts: CompanyFacts) -> str:
    company = facts.company
    return ", ".join(part for part in (company.city, company.state, company.country) if part)


def _open_graph(facts: CompanyFacts) -> tuple[tuple[str, str], ...]:
    return (
        ("type", "website"),
        ("site_name", facts.company.name),
        ("title", facts.company.name),
        ("description", _summary(facts)[:200]),
        ("url", f"http://{facts.domain}/"),
    )


def _fitting_charset(style: SiteStyle, facts: CompanyFacts) -> str:
    """The site's encoding, or UTF-8 where its words do not fit into it."""
    try:
        (facts.company.name + _summary(facts)).encode(style.charset)
    except UnicodeEncodeError:
        return "utf-8"
    return style.charset


def _content_type(style: SiteStyle, charset: str) -> str:
    return f"text/html; charset={charset}" if style.declares == "header" else "text/html"


def _add_traces(response: Response, headers: tuple[tuple[str, str], ...], cookies: tuple[str, ...]) -> None:
    for name, value in headers:
        response.headers[name] = value
    for cookie in cookies:
        response.headers.add("Set-Cookie", f"{cookie}; Path=/")


def _compressed(response: Response) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response
