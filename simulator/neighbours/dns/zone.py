"""The records of an invented domain, agreeing with the facts: mail suite, SPF of the services it uses, proofs, policy, name servers."""

from dataclasses import dataclass, field

from simulator.neighbours.chance import draw, hex_id, pick_weighted
from simulator.neighbours.facts import CompanyFacts, FactBook

Records = dict[tuple[str, str], tuple[str, ...]]
"""(name relative to the domain, "" for itself; type): the records as in a zone file."""
OWN, NULL, NONE = "own", "null", "none"
# Who takes the mail, how often, its servers and its SPF include.
_SUITES: dict[str, tuple[int, tuple[str, ...], str]] = {
    "Microsoft 365": (40, ("0 {slug}.mail.protection.outlook.com.",), "include:spf.protection.outlook.com"),
    "Google Workspace": (30, ("10 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."), "include:_spf.google.com"),
    "Proofpoint": (8, ("10 mx1-us1.ppe-hosted.com.", "10 mx0a-00sample.pphosted.com."), "include:spf-00sample.pphosted.com"),
    "Mimecast": (5, ("10 us-smtp-inbound-1.mimecast.com.",), "include:us._netblocks.mimecast.com"),
    "Zoho Mail": (4, ("10 mx.zoho.com.",), "include:zoho.com"),
    OWN: (7, ("10 mail.{domain}.",), "ip4:192.0.2.25"),
    NULL: (3, ("0 .",), ""),
    NONE: (3, (), ""),
}
# What using a service leaves in a domain's records: SPF include, text record, alias of www, name servers.
_SPF = {
    "HubSpot": "include:1234567.spf04.hubspotemail.net", "Zendesk": "include:mail.zendesk.com", "Marketo": "include:mktomail.com",
    "Salesforce Pardot": "include:et._spf.pardot.com",
}  # fmt: skip
_TXT = {
    "Facebook Pixel": "facebook-domain-verification=", "Stripe": "stripe-verification=", "Google Analytics": "google-site-verification=",
}  # fmt: skip
_WWW = {"Webflow": "proxy-ssl.webflow.com.", "Shopify": "shops.myshopify.com."}
_DNS_HOSTS = {"Cloudflare": ("ada.ns.cloudflare.com.", "sample.ns.cloudflare.com.")}
_DMARC = ((None, 35), ("v=DMARC1; p=none; rua=mailto:sample.reports@{domain}", 35), ("v=DMARC1; p=quarantine; pct=100", 15),
          ("v=DMARC1; p=reject; sp=reject", 15))  # fmt: skip
_SPF_ENDS = (("~all", 55), ("-all", 35), ("?all", 10))
ADDRESS = "192.0.2.80"


@dataclass(frozen=True)
class Zones:
    """Every domain's records. Read only, safe between threads."""

    book: FactBook = field(repr=False)

    def find(self, name: str) -> tuple[str, Records] | None:
        """(the domain a name belongs to, its records), None outside of this world."""
        labels = name.lower().split(".")
        for start in range(len(labels) - 1):
            domain = ".".join(labels[start:])
            facts = self.book.find_domain(domain)
            if facts is not None and facts.domain == domain:
                return domain, build_records(facts)
        return None


def suite_of(facts: CompanyFacts) -> str:
    """Who takes the company's mail; "own", "null" for nobody by its own word, "none" where nothing is said."""
    return pick_weighted([(name, weight) for name, (weight, _, _) in _SUITES.items()], "mail suite", facts.domain)


def build_records(facts: CompanyFacts) -> Records:
    domain, used = facts.domain, facts.technologies
    _, servers, include = _SUITES[suite_of(facts)]
    www = next((_WWW[name] for name in used if name in _WWW), None)
    hosts = next((_DNS_HOSTS[name] for name in used if name in _DNS_HOSTS), (f"ns1.{domain}.", f"ns2.{domain}."))
    dmarc = pick_weighted(_DMARC, "dmarc", domain)
    records: Records = {
        ("", "A"): (ADDRESS,),
        ("", "NS"): hosts,
        ("", "SOA"): (f"{hosts[0]} hostmaster.{domain}. 2026110101 7200 3600 1209600 3600",),
        ("", "TXT"): tuple(_quoted(text) for text in _texts(facts, include)),
        ("", "MX"): tuple(server.format(slug=facts.slug[:40], domain=domain) for server in servers),
        ("www", "CNAME"): (www,) if www else (),
        ("www", "A"): () if www else (ADDRESS,),
        ("mail", "A"): (ADDRESS,) if suite_of(facts) == OWN else (),
        ("_dmarc", "TXT"): (_quoted(dmarc.format(domain=domain)),) if dmarc else (),
    }
    return {where: found for where, found in records.items() if found}


def _texts(facts: CompanyFacts, include: str) -> list[str]:
    """SPF (for most), then a proof for each service that asks for one."""
    domain = facts.domain
    proofs = [start + hex_id(32, "proof", domain, start) for name, start in _TXT.items() if name in facts.technologies]
    proofs += [f"MS=ms{int(draw('ms', domain) * 1e8):08}"] if suite_of(facts) == "Microsoft 365" else []
    if suite_of(facts) == NULL:
        return ["v=spf1 -all", *proofs]
    if draw("spf", domain) < 0.15:
        return proofs
    mechanisms = [part for part in (include, *(_SPF[name] for name in facts.technologies if name in _SPF)) if part]
    return [f"v=spf1 {' '.join([*mechanisms, pick_weighted(_SPF_ENDS, 'spf end', domain)])}", *proofs]


def _quoted(text: str) -> str:
    """A text as in a zone file: strings of 255 characters at most."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
