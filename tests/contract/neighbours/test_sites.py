"""The companies' web sites and the hostile ones, over HTTP with the Host header choosing."""

import gzip
import html
import json
import re
import time
import urllib.robotparser

import pytest
import urllib3

from simulator.data.demo import load_companies
from simulator.neighbours.facts import FactBook
from simulator.neighbours.sites.hostile import INSTRUCTION, hostile_hosts
from simulator.neighbours.sites.style import Apex, JsonLd, MailWriting, Menu, PhoneWriting, Robots, Sitemap, SiteStyle, style_of
from simulator.neighbours.sites.traces import TRACES, combine
from tests.contract.neighbours.asking import Asker

BOOK = FactBook(load_companies())
JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


KINDS = (
    ("robots", Robots), ("json_ld", JsonLd), ("apex", Apex), ("mail", MailWriting), ("phone", PhoneWriting), ("sitemap", Sitemap),
    ("menu", Menu),
)  # fmt: skip


def host_with(**wanted: object) -> str:
    """A host that answers itself, of a company whose site has these style values."""

    def fits(style: SiteStyle) -> bool:
        return all(getattr(style, name) is value or getattr(style, name) == value for name, value in wanted.items())

    domain = next(domain for domain in BOOK.domains() if fits(_style(domain)))
    return f"www.{domain}" if _style(domain).apex is Apex.TO_WWW else domain


def _style(domain: str) -> SiteStyle:
    facts = BOOK.find_domain(domain)
    assert facts
    return style_of(facts)


def test_every_demo_company_has_a_readable_home_page(sites: Asker):
    for domain in BOOK.domains():
        facts = BOOK.find_domain(domain)
        assert facts
        host = f"www.{domain}" if _style(domain).apex is Apex.TO_WWW else domain
        answer = sites.visit(host)
        declared = re.search(r"charset=([\w-]+)", answer.headers["content-type"])
        text = answer.data.decode(declared.group(1) if declared else "utf-8", errors="replace")
        assert (answer.status, f"<h1>{facts.company.name}" in html.unescape(text)) == (200, True), domain
        assert f"linkedin.com/company/{facts.linkedin_slug}" in text


def test_every_style_of_every_kind_occurs_among_the_demo_sites():
    styles = [_style(domain) for domain in BOOK.domains()]
    for name, kind in KINDS:
        assert {getattr(style, name) for style in styles} == set(kind)


@pytest.mark.parametrize("shape", [JsonLd.PLAIN, JsonLd.GRAPH, JsonLd.ARRAY])
def test_structured_data_parses_in_each_shape_and_names_the_company(sites: Asker, shape: JsonLd):
    host = host_with(json_ld=shape, charset="utf-8")
    found = JSON_LD.findall(sites.visit(host).data.decode())
    data = json.loads(found[0])
    things = data if isinstance(data, list) else data.get("@graph", [data])
    facts = BOOK.find_domain(host)
    assert facts
    assert facts.company.name in [thing["name"] for thing in things]


def test_broken_structured_data_does_not_parse_and_some_sites_have_none(sites: Asker):
    broken = JSON_LD.findall(sites.visit(host_with(json_ld=JsonLd.BROKEN, charset="utf-8")).data.decode())
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken[0])
    assert not JSON_LD.findall(sites.visit(host_with(json_ld=JsonLd.NONE, charset="utf-8")).data.decode())


def test_headcount_is_told_by_some_sites(sites: Asker):
    host = host_with(json_ld=JsonLd.PLAIN, tells_employees=True, charset="utf-8")
    thing = json.loads(JSON_LD.findall(sites.visit(host).data.decode())[0])
    assert thing["numberOfEmployees"]["@type"] == "QuantitativeValue"


@pytest.mark.parametrize(
    ("robots", "path", "may"),
    [(Robots.OPEN, "/", True), (Robots.SOME, "/", True), (Robots.SOME, "/private/x", False), (Robots.CLOSED, "/", False)],
)
def test_robots_rules_read_as_meant(sites: Asker, robots: Robots, path: str, may: bool):
    answer = sites.visit(host_with(robots=robots), "/robots.txt")
    parser = urllib.robotparser.RobotFileParser()
    parser.parse(answer.data.decode().splitlines())
    assert (answer.status, parser.can_fetch("LeadlightBot", f"http://x.example{path}")) == (200, may)


def test_robots_may_be_absent_or_broken(sites: Asker):
    assert sites.visit(host_with(robots=Robots.ABSENT), "/robots.txt").status == 404
    assert sites.visit(host_with(robots=Robots.BROKEN), "/robots.txt").status == 503


def test_redirects_keep_port_and_path(sites: Asker):
    bare = host_with(apex=Apex.TO_WWW).removeprefix("www.")
    answer = sites.visit(f"{bare}:8080", "/contact?a=1")
    assert (answer.status, answer.headers["location"]) == (301, f"http://www.{bare}:8080/contact?a=1")
    other = host_with(apex=Apex.TO_BARE)
    assert sites.visit(f"www.{other}").headers["location"] == f"http://{other}/"


def test_contact_pages_write_addresses_and_numbers_in_various_ways(sites: Asker):
    linked = sites.visit(host_with(mail=MailWriting.LINK), "/contact").data
    worded = sites.visit(host_with(mail=MailWriting.WORDS), "/contact").data
    encoded = sites.visit(host_with(mail=MailWriting.LINK_WITH_SUBJECT), "/contact").data
    assert b'href="mailto:sample.info@' in linked
    assert b"sample.info (at) " in worded
    assert b'href="MAILTO:sample.info%40' in encoded


def test_phone_numbers_come_from_ranges_kept_for_fiction_or_not_at_all(sites: Asker):
    american = next(
        domain for domain in BOOK.domains() if domain.endswith(".com") and _style(domain).phone is PhoneWriting.LINK
        and (facts := BOOK.find_domain(domain)) and facts.company.country_code == "US" and _style(domain).apex is Apex.SAME
    )  # fmt: skip
    assert b'href="tel:+120255501' in sites.visit(american, "/contact").data
    saudi = next(c.domain for c in load_companies() if c.country_code == "SA")
    facts = BOOK.find_domain(saudi)
    assert facts and facts.phone is None


def test_compression_is_used_only_when_accepted(sites: Asker):
    host = host_with(gzips=True)
    plain = sites.visit(host)
    raw = sites.pool.request("GET", f"{sites.root_url}/", headers={"Host": host, "Accept-Encoding": "gzip"}, decode_content=False)
    assert "content-encoding" not in plain.headers
    assert raw.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw.data) == plain.data


def test_technologies_leave_their_traces(sites: Asker):
    facts = next(f for domain in BOOK.domains() if (f := BOOK.find_domain(domain)) and "Cloudflare" in f.technologies)
    host = f"www.{facts.domain}" if style_of(facts).apex is Apex.TO_WWW else facts.domain
    answer = sites.visit(host)
    trace = combine(facts.technologies)
    assert all(script.split("?")[0].encode() in answer.data for script in trace.scripts)
    assert "__cf_bm" in str(answer.headers)


def test_every_technology_of_the_facts_has_a_trace():
    used = {name for domain in BOOK.domains() if (facts := BOOK.find_domain(domain)) for name in facts.technologies}
    assert used == set(TRACES)


def test_unknown_hosts_and_paths_are_404(sites: Asker):
    assert sites.visit("nobody.example").status == 404
    assert sites.visit(host_with(), "/nothing/here").status == 404


def test_made_up_companies_have_sites_too(sites: Asker):
    assert sites.visit("bench-1-made.example").status in {200, 301}


def test_a_test_can_register_a_page_and_control_is_closed_to_other_hosts(sites: Asker):
    page = {"host": "mine.example", "path": "/x", "status": 410, "headers": {"X-Mine": "1"}, "body": "gone"}
    assert sites.control("PUT", "pages", page).status == 200
    answer = sites.visit("mine.example", "/x")
    assert (answer.status, answer.headers["x-mine"], answer.data) == (410, "1", b"gone")
    assert sites.visit("mine.example", "/_control/ledger").status == 404
    assert sites.ledger() == {"hits": {"mine.example": 1}}


class TestHostileSites:
    def test_robots_is_absent_so_that_the_attack_is_reached(self, sites: Asker):
        for host in hostile_hosts():
            if host != "hostile-robots.example":
                assert sites.visit(host, "/robots.txt").status == 404

    @pytest.mark.parametrize(
        ("kind", "target"),
        [("metadata", "http://169.254.169.254/latest/meta-data/"), ("loopback", "http://127.0.0.1:5432/"),
         ("ipv6-loopback", "http://[::1]/"), ("decimal-ip", "http://2130706433/"), ("file", "file:///etc/passwd")],
    )  # fmt: skip
    def test_redirects_lead_inside(self, sites: Asker, kind: str, target: str):
        answer = sites.visit(f"hostile-{kind}.example")
        assert (answer.status, answer.headers["location"]) == (302, target)

    def test_loop_never_ends(self, sites: Asker):
        assert sites.visit("hostile-loop.example", "/?step=7").headers["location"] == "/?step=8"

    @pytest.mark.parametrize("kind", ["drip", "late"])
    def test_slow_ones_outlast_a_short_patience(self, sites: Asker, kind: str):
        started = time.monotonic()
        assert sites.visit(f"hostile-{kind}.example").status == 200
        assert time.monotonic() - started >= 0.35

    def test_endless_body_goes_on_far_beyond_any_page(self, sites: Asker):
        answer = sites.pool.request("GET", sites.root_url, headers={"Host": "hostile-endless.example"}, preload_content=False)
        assert len(answer.read(3_000_000)) == 3_000_000
        answer.close()

    def test_bomb_is_small_on_the_wire_and_huge_inside(self, sites: Asker):
        headers = {"Host": "hostile-bomb.example"}
        raw = sites.pool.request("GET", sites.root_url, headers=headers, decode_content=False).data
        assert len(raw) < 100_000
        assert len(gzip.decompress(raw)) > 16 * 1024 * 1024

    def test_bodies_lie_about_themselves(self, sites: Asker):
        assert sites.visit("hostile-type.example").headers["content-type"] == "application/pdf"
        assert "no-such-charset" in sites.visit("hostile-charset.example").headers["content-type"]
        with pytest.raises(urllib3.exceptions.DecodeError):
            sites.visit("hostile-gzip.example")
        assert sites.visit("hostile-empty.example").data == b""
        assert sites.visit("hostile-down.example").status == 502

    def test_markup_and_instructions_are_smuggled_in(self, sites: Asker):
        assert b"<script>alert" in sites.visit("hostile-script.example").data
        assert INSTRUCTION.encode() in sites.visit("hostile-prompt.example").data


class TestPagesBesideHome:
    def test_each_page_of_the_menu_is_served_and_names_the_company(self, sites: Asker):
        host = host_with(menu=Menu.FULL, charset="utf-8")
        facts = BOOK.find_domain(host)
        assert facts
        home = sites.visit(host).data.decode()
        paths = re.findall(r'<a href="(/[a-z]*)">', home.partition("</nav>")[0])
        assert {"/about", "/team", "/contact", "/careers"} <= set(paths)
        for path in paths:
            answer = sites.visit(host, path)
            assert (answer.status, facts.company.name in html.unescape(answer.data.decode())) == (200, True), path

    def test_contact_page_writes_the_address_of_the_fact_book_on_lines(self, sites: Asker):
        domain = next(one for one in BOOK.domains() if (f := BOOK.find_domain(one)) and f.company.country_code == "US" and
                      _style(one).apex is Apex.SAME and _style(one).charset == "utf-8")  # fmt: skip
        facts = BOOK.find_domain(domain)
        assert facts and facts.postal_code
        written = re.search(r"<address>(.*?)</address>", sites.visit(domain, "/contact").data.decode(), re.DOTALL)
        assert written
        assert html.unescape(written[1]).split("<br>") == [
            facts.street, f"{facts.company.city}, {facts.company.state} {facts.postal_code}", facts.company.country
        ]  # fmt: skip

    def test_people_of_the_team_page_are_made_up(self, sites: Asker):
        page = sites.visit(host_with(menu=Menu.FULL, charset="utf-8"), "/team").data.decode()
        assert page.count("Sample Contact") == 3

    def test_sitemaps_list_the_pages_in_each_writing(self, sites: Asker):
        plain, packed, index = (host_with(sitemap=kind, charset="utf-8") for kind in (Sitemap.PLAIN, Sitemap.GZIP, Sitemap.INDEX))
        assert f"<loc>http://{plain}/contact</loc>" in sites.visit(plain, "/sitemap.xml").data.decode()
        assert f"<loc>http://{packed}/contact</loc>" in gzip.decompress(sites.visit(packed, "/sitemap.xml.gz").data).decode()
        assert f"<loc>http://{index}/sitemap-pages.xml</loc>" in sites.visit(index, "/sitemap.xml").data.decode()
        assert sites.visit(host_with(sitemap=Sitemap.NONE), "/sitemap.xml").status == 404

    def test_robots_name_a_packed_sitemap_and_ask_for_pauses(self, sites: Asker):
        packed = host_with(sitemap=Sitemap.GZIP, robots=Robots.OPEN)
        assert f"Sitemap: http://{packed}/sitemap.xml.gz" in sites.visit(packed, "/robots.txt").data.decode()
        assert "Crawl-delay: 10" in sites.visit(host_with(robots=Robots.SLOW), "/robots.txt").data.decode()
        assert "Disallow: /team" in sites.visit(host_with(robots=Robots.SOME), "/robots.txt").data.decode()
