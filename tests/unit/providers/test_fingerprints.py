"""What a page's markup, headers, cookies and a domain's DNS give away about the tools behind them; hostile markup costs no time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import ConfigError
from integration.providers.site.fingerprints import (
    Fingerprint,
    find_technologies,
    find_technologies_in_dns,
    load_fingerprints,
    parse_fingerprints,
)
from integration.providers.site.page_traces import read_traces
from simulator.neighbours.sites.traces import TRACES

TABLE = load_fingerprints()
BY_NAME = {one.name: one for one in TABLE}


def found_in(markup: str) -> set[str]:
    return set(find_technologies(TABLE, markup=markup))


def test_table_has_enough_technologies_each_with_its_makers_address() -> None:
    assert len(TABLE) >= 180
    assert all(one.url.startswith("https://") for one in TABLE)


@pytest.mark.parametrize("kind", ["hosts", "paths", "html", "generator", "headers", "txt", "mx", "ns"])
def test_a_mark_tells_of_one_technology_only(kind: str) -> None:
    marks = [mark for one in TABLE for mark in getattr(one, kind)]
    assert sorted({mark for mark in marks if marks.count(mark) > 1}) == []


@pytest.mark.parametrize("name", sorted(TRACES))
def test_each_technology_is_recognised_by_what_it_leaves(name: str) -> None:
    trace = TRACES[name]
    scripts = "".join(f'<script src="{script}"></script>' for script in trace.scripts)
    found = find_technologies(
        TABLE,
        markup=f'<meta name="generator" content="{trace.generator or ""}">{scripts}',
        headers=[(key.lower(), value) for key, value in trace.headers],
        cookie_names=[cookie.partition("=")[0] for cookie in trace.cookies],
    )
    assert name in found


def _cases(kind: str) -> list[tuple[Fingerprint, str]]:
    return [(one, mark) for one in TABLE for mark in getattr(one, kind)]


WRITTEN = {
    "hosts": lambda mark: f'<script src="//cdn.{mark}"></script>',
    "links": lambda mark: f"<a class=x href='https://{mark}'>there</a>",
    "paths": lambda mark: f"<link rel=stylesheet href={mark}x.css>",
    "html": lambda mark: f"<p>{mark}</p>",
    "generator": lambda mark: f'<META content="{mark.upper()} 1.2" NAME="Generator">',
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_mark_in_markup_is_found_where_vendors_put_it(kind: str) -> None:
    missed = [(one.name, mark) for one, mark in _cases(kind) if one.name not in found_in(WRITTEN[kind](mark))]
    assert missed == []


def test_every_mark_in_an_answer_or_in_dns_is_found() -> None:
    missed = [
        (one.name, mark)
        for one, mark in _cases("headers")
        if one.name
        not in find_technologies(TABLE, markup="", headers=[(mark.partition(":")[0], f"X{mark.partition(':')[2].strip()}Y")])
    ]
    missed += [
        (one.name, mark)
        for one, mark in _cases("cookies")
        if one.name not in find_technologies(TABLE, markup="", cookie_names=[f"{mark}1"])
    ]
    for kind in ("mx", "ns", "cname"):
        missed += [
            (one.name, mark)
            for one, mark in _cases(kind)
            if one.name not in find_technologies_in_dns(**{kind: [f"a.{mark.upper()}."]})
        ]
    missed += [(one.name, mark) for one, mark in _cases("txt") if one.name not in find_technologies_in_dns(txt=[f'"{mark}4711"'])]
    missed += [
        (one.name, mark)
        for one, mark in _cases("spf")
        if one.name not in find_technologies_in_dns(txt=[f"v=spf1 ip4:192.0.2.1 ?include:{mark} ~all"])
    ]
    assert missed == []


def test_numbered_name_servers_are_recognised_by_the_beginning_of_a_label() -> None:
    assert find_technologies_in_dns(ns=["ns-1234.awsdns-56.org."]) == ("Amazon Web Services",)
    assert find_technologies_in_dns(ns=["ns.not-awsdns-56.org"]) == ()


def test_domain_that_only_ends_alike_is_somebody_else() -> None:
    assert find_technologies_in_dns(mx=["mx.notgoogle.com"], txt=["v=spf1 include:notsendgrid.net -all"]) == ()
    assert (
        found_in("<script src='https://sogong.io/x.js'></script><iframe src='https://js.stripe.com.evil.example/'></iframe>")
        == set()
    )


def test_what_is_certain_with_a_technology_is_named_too() -> None:
    assert found_in("<script src='/wp-content/plugins/woocommerce/x.js'></script>") == {"WordPress", "WooCommerce"}
    assert found_in('<script id="__NEXT_DATA__">{}</script>') == {"Next.js", "React"}


def test_snippet_inside_a_script_counts_and_the_same_words_in_a_text_do_not() -> None:
    snippet = "j.src='https://www.googletagmanager.com/gtm.js?id='+i"
    assert found_in(f"<script>{snippet}</script>") == {"Google Tag Manager"}
    assert found_in(f"<p>{snippet}</p>") == set()
    assert found_in(r"<script>{\"src\":\"https:\/\/js.stripe.com\/v3\"}</script>") == {"Stripe"}


def test_link_to_another_companys_blog_does_not_make_this_site_a_blog() -> None:
    assert found_in('<a href="https://partner.example/wp-content/uploads/report.pdf">report</a>') == set()
    assert found_in('<img src="https://partner.example/wp-content/uploads/logo.png">') == set()
    assert found_in('<img src="/wp-content/uploads/logo.png">') == {"WordPress"}


def test_empty_page_shows_no_technology() -> None:
    assert find_technologies(TABLE, markup="") == ()
    assert find_technologies_in_dns() == ()


@given(st.text(), st.lists(st.tuples(st.text(), st.text())), st.lists(st.text()))
def test_any_page_is_searched_without_an_error(markup: str, headers: list[tuple[str, str]], cookies: list[str]) -> None:
    find_technologies(TABLE, markup=markup, headers=headers, cookie_names=cookies)
    find_technologies_in_dns(mx=cookies, txt=cookies, ns=cookies, cname=cookies)


@given(
    st.lists(
        st.sampled_from(["<a ", "<script", ">", "</script", "href=", "'", '"', "//a.b/", "<meta ", "generator", " ", "\\/"]),
        max_size=60,
    )
)
def test_broken_markup_hides_no_script_behind_it(parts: list[str]) -> None:
    page = "".join(parts)
    assert ("more.example", "/x") in read_traces(f'{page}<script src="//more.example/x"></script>').places


@pytest.mark.parametrize(
    "markup",
    [
        "<script" * 200_000,
        "<script>" * 150_000,
        "<a " * 400_000,
        "<a href='" * 150_000,
        "<a " + "x" * 1_000_000,
        "//" * 500_000,
        "<meta name=generator content=" * 40_000,
        "href=" * 300_000 + ">",
        "<a " + "href= " * 499 + ">" * 300_000,
    ],
    ids=range(9),
)
def test_hostile_markup_costs_little_time(markup: str) -> None:
    started = time.process_time()
    find_technologies(TABLE, markup=markup)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "A: {url: 'https://x.com', hosts: [x.com]}",
        "A: {category: c, hosts: [x.com]}",
        "A: {category: c, url: 'https://x.com'}",
        "A: {category: c, url: 'https://x.com', hosts: [UPPER.com]}",
        "A: {category: c, url: 'https://x.com', colour: [red]}",
        "A: {category: c, url: 'https://x.com', hosts: ['']}",
        "A: {category: c, url: 'https://x.com', hosts: [x.com], implies: [Nobody]}",
    ],
)
def test_bad_fingerprint_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_fingerprints(text)
