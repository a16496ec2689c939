"""The traces a technology leaves on a web page: script addresses, the generator tag, response headers, cookies."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Trace:
    """What one technology adds to a page and its answer."""

    scripts: tuple[str, ...] = ()
    generator: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()


TRACES: dict[str, Trace] = {
    "WordPress": Trace(("/wp-content/themes/sample/main.js", "/wp-includes/js/wp-embed.min.js"), "WordPress 6.8"),
    "Drupal": Trace(("/core/misc/drupal.js",), "Drupal 11 (https://www.drupal.org)", (("X-Generator", "Drupal 11"),)),
    "HubSpot": Trace(("https://js.hs-scripts.com/1234567.js",), cookies=("hubspotutk=sample",)),
    "Google Tag Manager": Trace(("https://www.googletagmanager.com/gtm.js?id=GTM-SAMPLE",)),
    "Google Analytics": Trace(("https://www.googletagmanager.com/gtag/js?id=G-SAMPLE",), cookies=("_ga=GA1.1.1.1",)),
    "Cloudflare": Trace(headers=(("Server", "cloudflare"), ("CF-RAY", "8f00000000000000-AMS")), cookies=("__cf_bm=sample",)),
    "Shopify": Trace(("https://cdn.shopify.com/s/files/1/0001/theme.js",), headers=(("X-ShopId", "1"),), cookies=("_shopify_y=1",)),
    "Marketo": Trace(("https://munchkin.marketo.net/munchkin.js",), cookies=("_mkto_trk=sample",)),
    "Salesforce Pardot": Trace(("https://pi.pardot.com/pd.js",), cookies=("visitor_id1=1",)),
    "Intercom": Trace(("https://widget.intercom.io/widget/sample",)),
    "Zendesk": Trace(("https://static.zdassets.com/ekr/snippet.js?key=sample",)),
    "Hotjar": Trace(("https://static.hotjar.com/c/hotjar-1.js?sv=6",)),
    "Segment": Trace(("https://cdn.segment.com/analytics.js/v1/sample/analytics.min.js",)),
    "Matomo": Trace(("https://sample.matomo.cloud/matomo.js",), cookies=("_pk_id.1=1",)),
    "OneTrust": Trace(("https://cdn.cookielaw.org/scripttemplates/otSDKStub.js",)),
    "TYPO3": Trace(("/typo3conf/ext/sample/Resources/Public/main.js",), "TYPO3 CMS", cookies=("fe_typo_user=1",)),
    "WooCommerce": Trace(("/wp-content/plugins/woocommerce/assets/js/frontend/cart.min.js",), cookies=("woocommerce_cart_hash=1",)),
    "jQuery": Trace(("https://code.jquery.com/jquery-3.7.1.min.js",)),
    "Next.js": Trace(("/_next/static/chunks/main-app.js",), headers=(("X-Powered-By", "Next.js"),)),
    "nginx": Trace(headers=(("Server", "nginx/1.26.2"),)),
    "PHP": Trace(headers=(("X-Powered-By", "PHP/8.3.4"),), cookies=("PHPSESSID=sample",)),
    "ASP.NET": Trace(headers=(("X-Powered-By", "ASP.NET"),), cookies=("ASP.NET_SessionId=sample",)),
    "Stripe": Trace(("https://js.stripe.com/v3/",)),
    "Facebook Pixel": Trace(("https://connect.facebook.net/en_US/fbevents.js",), cookies=("_fbp=fb.1.1.1",)),
    "LinkedIn Insight Tag": Trace(("https://snap.licdn.com/li.lms-analytics/insight.min.js",)),
    "Webflow": Trace(("https://assets-global.website-files.com/sample/js/webflow.js",), "Webflow"),
}


def combine(technologies: Iterable[str]) -> Trace:
    """All traces together. A page has one generator and one value per header: the first technology that has one wins."""
    found = [TRACES[name] for name in technologies]
    headers: dict[str, str] = {}
    for trace in found:
        for name, value in trace.headers:
            headers.setdefault(name, value)
    return Trace(
        scripts=tuple(script for trace in found for script in trace.scripts),
        generator=next((trace.generator for trace in found if trace.generator), None),
        headers=tuple(headers.items()),
        cookies=tuple(cookie for trace in found for cookie in trace.cookies),
    )
