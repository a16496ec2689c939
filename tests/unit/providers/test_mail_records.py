"""What records tell: the most preferred server, SPF and DMARC word by word, marks that match whole labels only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import ConfigError
from integration.providers.mail_records import (
    NO_MAIL,
    OWN_SERVER,
    MailServer,
    find_mail_provider,
    load_mail_providers,
    parse_mail_providers,
    read_email_security,
)


def provider(*servers: tuple[int, str], is_own: bool = False) -> str | None:
    return find_mail_provider(load_mail_providers(), [MailServer(*one) for one in servers], is_own=is_own)


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


@given(st.lists(st.text(max_size=60), max_size=4), st.lists(st.text(max_size=60), max_size=3))
def test_texts_of_any_kind_are_read_or_left_out(txt: list[str], dmarc: list[str]) -> None:
    first, second = read_email_security(txt, dmarc)
    assert first.startswith(("SPF", "no SPF")) and second.startswith(("DMARC", "no DMARC"))


@given(st.sampled_from(sorted(load_mail_providers())), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_every_provider_is_found_below_its_domains_and_not_beside_them(name: str, label: str) -> None:
    domain = load_mail_providers()[name][0]
    assert provider((5, f"{label}.{domain}")) == name
    assert provider((5, f"{label}{domain}.invalid")) is None


@pytest.mark.parametrize("text", ["[]", "A: [Upper.com]", "A: a.com", "A: []", "A: [4]", "A: [nodot]"])
def test_bad_table_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_mail_providers(text)
