"""robots.txt as the standard reads it, whatever the file looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.site.robots_rules import parse_robots, product_token

SITE = "https://sample.example"
OURS = "Leadlight/1.0 (+https://leadlight.example/bot)"


@pytest.mark.parametrize(
    ("body", "path", "may"),
    [
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /private", "/open", True),
        ("user-agent: LEADLIGHT\ndisallow: /", "/", False),
        ("User-agent: Leadlight/2.0 (the one)\nDisallow: /", "/", False),
        ("User-agent: Leadlight other words\nDisallow: /", "/", False),
        ("User-agent: Leadlight-News\nDisallow: /", "/", True),
        ("User-agent: Lead\nDisallow: /", "/", True),
        ("User-agent: *\nDisallow: /\nUser-agent: Leadlight\nAllow: /", "/", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /a/b\nAllow: /a/", "/a/b/c", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf?y", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\r\nDisallow: /\r\n", "/", False),
        ("User-agent: *\rDisallow: /", "/", False),
        ("User-agent: *\nDisallow:", "/", True),
        ("Disallow: /", "/", True),
        ("", "/", True),
        ("<html>not here</html>", "/", True),
    ],
)
def test_rules_read_as_the_standard_means_them(body: str, path: str, may: bool) -> None:
    assert parse_robots(body.encode()).allows(f"{SITE}{path}", OURS) is may


def test_delay_and_sitemaps_are_told() -> None:
    robots = parse_robots(
        b"Sitemap: https://sample.example/map.xml\nUser-agent: Leadlight 1\nCrawl-delay: 2.5\nUser-agent: *\nCrawl-delay: 9"
    )
    assert robots.sitemaps == ("https://sample.example/map.xml",)
    assert robots.crawl_delay_s(OURS) == 2.5
    assert robots.crawl_delay_s("Other") == 9.0


@pytest.mark.parametrize("delay", ["nan", "inf", "-3", "soon", ""])
def test_nonsense_delay_is_none(delay: str) -> None:
    assert parse_robots(f"User-agent: *\nCrawl-delay: {delay}\n".encode()).crawl_delay_s(OURS) == 0.0


def test_file_without_end_is_read_to_half_a_megabyte() -> None:
    assert parse_robots(b"#" * (600 * 1024) + b"\nUser-agent: *\nDisallow: /").allows(f"{SITE}/", OURS)


@given(st.binary(max_size=2000), st.text(max_size=60), st.text(max_size=60))
def test_any_bytes_are_rules_for_anybody(body: bytes, path: str, agent: str) -> None:
    robots = parse_robots(body)
    assert isinstance(robots.allows(f"{SITE}/{path}", agent), bool)
    assert 0.0 <= robots.crawl_delay_s(agent) < float("inf")


NAMES = st.text(st.sampled_from("abcXYZ-_"), min_size=1, max_size=10)


@given(
    NAMES, st.sampled_from(["", "/1.0", " news", "\t(x)", " # ours", "/2 (+https://x.example)"]), st.sampled_from(["\n", "\r\n"])
)
def test_agent_is_addressed_by_its_token_whatever_follows_it(name: str, rest: str, end: str) -> None:
    robots = parse_robots(f"User-Agent: {name}{rest}{end}Disallow: /{end}".encode())
    assert not robots.allows(f"{SITE}/", name.upper())
    assert robots.allows(f"{SITE}/", f"{name}z")


@given(st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/b"]), max_size=4), st.sampled_from(["/", "/a", "/a/b", "/b/c"]))
def test_more_prohibitions_never_open_what_fewer_had_closed(paths: list[str], asked: str) -> None:
    lines = [f"Disallow: {path}" for path in paths]
    some, more = ("\n".join(["User-agent: *", *chosen]).encode() for chosen in (lines[:-1], lines))
    assert parse_robots(some).allows(SITE + asked, OURS) or not parse_robots(more).allows(SITE + asked, OURS)


def test_token_of_a_header() -> None:
    assert product_token(OURS) == "Leadlight"
    assert product_token("*") == "*"
