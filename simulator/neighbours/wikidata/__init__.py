"""Stand-in of Wikidata: search, entities and the query service, with their shapes, etiquette and refusals.

Invented data only; item numbers are far above those in use. Source of the contract: https://www.wikidata.org/w/api.php?action=help and
https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual, state of November 2026.
Limit: of SPARQL only questions for items by web site (P856) are understood; of an entity's parts, labels, descriptions and claims.
"""

from simulator.neighbours.wikidata.routes import BASE_PATH, PATHS, build_app

__all__ = ["BASE_PATH", "PATHS", "build_app"]
