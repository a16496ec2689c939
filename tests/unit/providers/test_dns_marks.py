"""What records tell: the most preferred server, SPF and DMARC word by word, marks that match whole labels only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import ConfigError
from integration.providers.dns_marks import (
    NO_MAIL,
    OWN_SERVER,
    MailServer,
    Mark,
    find_dns_technologies,
    find_mail_provider,
    load_marks,
    parse_marks,
    read_email_security,
)


def technologies(*txt: str, ns: tuple[str, ...] = (), cname: tuple[str, ...] = ()) -> tuple[str, ...]:
    return find_dns_technologies(load_marks(), txt=txt, ns=ns, cname=cname)


def provider(*servers: tuple[int, str], is_own: bool = False) -> str | None:
    return find_mail_provider(load_marks(), [MailServer(*one) for one in servers], is_own)


@pytest.mark.parametrize(
    ("host", "name"),
    [("aspmx.l.google.com", "Google Workspace"), ("acme-com.mail.protection.outlook.com", "Microsoft 365"),
     ("mx0a-00sample.pphosted.com", "Proofpoint"), ("us-smtp-inbound-1.mimecast.com", "Mimecast"), ("mx.zoho.eu", "Zoho Mail"),
     ("in1-smtp.messagingengine.com", "Fastmail"), ("mail.protonmail.ch", "Proton Mail"), ("mx.yandex.net", "Yandex 360"),
     ("inbound-smtp.eu-west-1.amazonaws.com", "Amazon SES"), ("mx1.mail.ovh.net", "OVHcloud"), ("mx00.ionos.de", "IONOS"),
     ("acme-com.a-v1.mx.microsoft", "Microsoft 365")],
)  # fmt: skip
def test_mail_server_names_its_provider(host: str, name: str) -> None:
    assert provider((10, host)) == name


def test_most_preferred_server_counts_and_a_null_mx_is_said() -> None:
    assert provider((20, "aspmx.l.google.com"), (5, "mx.zoho.com")) == "Zoho Mail"
    assert provider((0, "")) == NO_MAIL
    assert provider() is None
    assert provider((5, "mail.acme-sample.com")) is None
    assert provider((5, "mail.acme-sample.com"), is_own=True) == OWN_SERVER


def test_marks_match_whole_labels_only() -> None:
    assert provider((5, "mail.notgoogle.com")) is None
    assert provider((5, "google.com.evil.example")) is None
    assert technologies(ns=("ns-12.awsdns-34.org",)) == ("Amazon Web Services",)
    assert technologies(ns=("ns.notawsdns-34.org",)) == ()


@pytest.mark.parametrize(
    ("txt", "dmarc", "words"),
    [
        (["v=spf1 include:_spf.google.com ~all"], ["v=DMARC1; p=reject"], ("SPF softfail", "DMARC reject")),
        (["V=SPF1 mx -ALL"], ["v=DMARC1;p=quarantine;pct=50"], ("SPF fail", "DMARC quarantine")),
        (["v=spf1 +all"], ["v=DMARC1; p=none; sp=reject"], ("SPF allows all", "DMARC none")),
        (["v=spf1 all"], [], ("SPF allows all", "no DMARC")),
        (["v=spf1 ?all"], ["v=DMARC1; sp=reject"], ("SPF neutral", "DMARC invalid")),
        (["v=spf1 redirect=_spf.acme-sample.com"], ["something else"], ("SPF", "no DMARC")),
        (["v=spf10 -all", "hello"], ["v=DMARC1; p=none", "v=DMARC1; p=reject"], ("no SPF", "DMARC invalid")),
        (["v=spf1 -all", "v=spf1 ~all"], ["v=DMARC1; p=everything"], ("SPF invalid", "DMARC invalid")),
        (["v=spf1 include:mail.smalltown.example -all"], ["v=dmarc1 ; P=Reject ;"], ("SPF fail", "DMARC reject")),
    ],
)
def test_protection_of_mail_is_told_word_by_word(txt: list[str], dmarc: list[str], words: tuple[str, str]) -> None:
    assert read_email_security(txt, dmarc) == words


def test_includes_and_proofs_name_the_services_in_the_order_of_the_table() -> None:
    found = technologies(
        "atlassian-domain-verification=abc", "v=spf1 include:servers.mcsv.net include:_spf.google.com. -all", "MS=ms12345678",
        cname=("acme.myshopify.com",),
    )  # fmt: skip
    assert found == ("Google Workspace", "Microsoft 365", "Mailchimp", "Atlassian")
    assert technologies(cname=("shops.myshopify.com",)) == ("Shopify",)


def test_include_outside_of_an_spf_record_is_no_mark() -> None:
    assert technologies("please include:_spf.google.com") == ()


@given(st.lists(st.text(max_size=60), max_size=4), st.lists(st.text(max_size=60), max_size=3))
def test_texts_of_any_kind_are_read_or_left_out(txt: list[str], names: list[str]) -> None:
    first, second = read_email_security(txt, names)
    assert first.startswith(("SPF", "no SPF")) and second.startswith(("DMARC", "no DMARC"))
    found = technologies(*txt, ns=tuple(names), cname=tuple(names))
    assert set(found) <= {mark.name for mark in load_marks().technologies}


@given(st.sampled_from([mark for mark in load_marks().technologies if mark.spf]), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_every_include_mark_is_found_below_its_domain_too(mark: Mark, label: str) -> None:
    spf, name = mark.spf[0], mark.name
    assert name in technologies(f"v=spf1 include:{label}.{spf} ~all")
    assert name not in technologies(f"v=spf1 include:{label}{spf.lstrip('_')}.invalid ~all")


@pytest.mark.parametrize(
    "text",
    ["[]", "mail_providers: {}", "mail_providers: {A: {mx: [Upper.com]}}\ntechnologies: {}", "mail_providers: {A: {web: [a.com]}}\ntechnologies: {}",
     "mail_providers: {A: {}}\ntechnologies: {}"],
)  # fmt: skip
def test_bad_table_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_marks(text)
