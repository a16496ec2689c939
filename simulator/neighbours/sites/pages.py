"""The pages of a company's site as answers: home, about, team, contact, careers, pricing, imprint, robots.txt and sitemap, each in the
site's own encoding and habits. What they say agrees with the fact book.
"""

import gzip
import html
from collections.abc import Callable

from flask import Response, render_template, request

from simulator.data.demo import build_contact
from simulator.neighbours.facts import CompanyFacts
from simulator.neighbours.register_numbers import british_number_of, cnpj_of
from simulator.neighbours.sites.structured import render_json_ld, social_links
from simulator.neighbours.sites.style import Apex, MailWriting, Menu, PhoneWriting, Robots, Sitemap, SiteStyle
from simulator.neighbours.sites.traces import combine

_RULES = {
    Robots.OPEN: "User-agent: *\nAllow: /\n",
    Robots.SOME: (
        "# sample rules\nUser-agent: *\nCrawl-delay: 1\nDisallow: /private/\nDisallow: /team\n\nUser-agent: BadBot\nDisallow: /\n"
    ),
    Robots.SLOW: "User-agent: *\nCrawl-delay: 10\nAllow: /\n",
    Robots.CLOSED: "User-agent: *\nDisallow: /\n",
}
SITEMAP_PATHS = frozenset({"/sitemap.xml", "/sitemap.xml.gz", "/sitemap-pages.xml", "/sitemap-posts.xml"})


def render_robots(facts: CompanyFacts, style: SiteStyle) -> Response:
    """robots.txt as the site has it; absent is 404, broken is 503. A gzipped sitemap is named here, since nobody would look for it."""
    if style.robots in _RULES:
        named = f"\nSitemap: http://{own_host(facts, style)}/sitemap.xml.gz\n" if style.sitemap is Sitemap.GZIP else ""
        return Response(_RULES[style.robots] + named, 200, content_type="text/plain; charset=utf-8")
    status = 404 if style.robots is Robots.ABSENT else 503
    return Response("not available\n", status, content_type="text/plain")


def render_sitemap(path: str, facts: CompanyFacts, style: SiteStyle) -> Response:
    """The sitemap file at the path (https://www.sitemaps.org/protocol.html), or 404 where the site has none there."""
    root = f"http://{own_host(facts, style)}"
    pages = _sitemap_file("urlset", "url", [f"{root}{page}" for page in _paths(facts)])
    posts = _sitemap_file("urlset", "url", [f"{root}/news/{number}" for number in range(1, 4)])
    index = _sitemap_file("sitemapindex", "sitemap", [f"{root}/sitemap-posts.xml", f"{root}/sitemap-pages.xml"])
    files = {
        Sitemap.PLAIN: {"/sitemap.xml": pages},
        Sitemap.GZIP: {"/sitemap.xml.gz": gzip.compress(pages, mtime=0)},
        Sitemap.INDEX: {"/sitemap.xml": index, "/sitemap-pages.xml": pages, "/sitemap-posts.xml": posts},
        Sitemap.NONE: {},
    }
    body = files[style.sitemap].get(path)
    if body is None:
        return Response("no sitemap\n", 404, content_type="text/plain")
    return Response(body, 200, content_type="application/gzip" if path.endswith(".gz") else "application/xml; charset=utf-8")


def own_host(facts: CompanyFacts, style: SiteStyle) -> str:
    """The host that answers without a redirect."""
    return f"www.{facts.domain}" if style.apex is Apex.TO_WWW else facts.domain


def _sitemap_file(kind: str, entry: str, addresses: list[str]) -> bytes:
    entries = "".join(f"<{entry}><loc>{html.escape(address)}</loc></{entry}>" for address in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'.encode()


def render_page(path: str, facts: CompanyFacts, style: SiteStyle) -> Response:
    """The page at the path, or the site's 404."""
    content = _CONTENTS.get(path)
    if content is None or path not in _paths(facts):
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
        register_line=_register_line(facts),
        menu=_menu(facts, style),
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
        "paragraphs": [f"Visit or write to {facts.company.name}."],
        "address_lines": _address_lines(facts),
        **_mail(facts, style),
        **_phone(facts, style),
    }


def _imprint(facts: CompanyFacts, style: SiteStyle) -> dict[str, object]:
    return _contact(facts, style) | {
        "title": f"Impressum - {facts.company.name}",
        "heading": "Impressum",
        "paragraphs": [facts.company.name],
    }


def _team(facts: CompanyFacts, _style: SiteStyle) -> dict[str, object]:
    people = [build_contact(number, facts.domain) for number in range(1, 4)]
    return {
        "title": f"Team - {facts.company.name}",
        "description": None,
        "heading": "Our team",
        "paragraphs": [f"{one.first_name} {one.last_name}, {one.title}" for one in people],
    }


def _careers(facts: CompanyFacts, _style: SiteStyle) -> dict[str, object]:
    paragraphs = [f"Work with {facts.company.name} in {facts.company.city}.", "We are looking for a Sample Engineer."]
    return {"title": f"Careers - {facts.company.name}", "description": None, "heading": "Open positions", "paragraphs": paragraphs}


def _pricing(facts: CompanyFacts, _style: SiteStyle) -> dict[str, object]:
    return {
        "title": f"Pricing - {facts.company.name}",
        "description": None,
        "heading": "Plans and pricing",
        "paragraphs": ["Sample plan: ask us for an offer."],
    }


_CONTENTS: dict[str, Callable[[CompanyFacts, SiteStyle], dict[str, object]]] = {
    "/": _home,
    "/about": _about,
    "/team": _team,
    "/contact": _contact,
    "/careers": _careers,
    "/pricing": _pricing,
    "/impressum": _imprint,
}
_NAMES = {
    "/": "Home",
    "/about": "About us",
    "/team": "Our team",
    "/contact": "Contact",
    "/careers": "Careers",
    "/pricing": "Pricing",
    "/impressum": "Impressum",
}


def _paths(facts: CompanyFacts) -> list[str]:
    """The pages of a site: the law of German-speaking countries asks for an imprint; only software companies tell prices."""
    absent = set() if facts.company.country_code in ("DE", "AT", "CH") else {"/impressum"}
    absent |= set() if "Software" in facts.company.industry else {"/pricing"}
    return [path for path in _CONTENTS if path not in absent]


def _menu(facts: CompanyFacts, style: SiteStyle) -> list[tuple[str, str]]:
    paths = _paths(facts) if style.menu is Menu.FULL else ["/"]
    return [(path, _NAMES[path]) for path in paths]


def _address_lines(facts: CompanyFacts) -> list[str]:
    """Street, then city, region and postcode the way the country writes them, then the country."""
    company, code = facts.company, facts.postal_code
    if company.country_code == "DE":
        town = " ".join(part for part in (code, company.city) if part)
    else:
        town = " ".join(part for part in (", ".join(part for part in (company.city, company.state) if part), code) if part)
    return [line for line in (facts.street, town, company.country) if line]


def _register_line(facts: CompanyFacts) -> str | None:
    """The number that the laws of Brazil and Britain have companies print; None elsewhere."""
    if cnpj := cnpj_of(facts):
        return f"CNPJ {cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"
    if number := british_number_of(facts):
        return f"Registered in England and Wales, company number {number}"
    return None


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
