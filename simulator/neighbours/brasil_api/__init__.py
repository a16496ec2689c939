"""Stand-in of BrasilAPI's CNPJ call and of Minha Receita, which it relays: one register, two addresses, each with its own errors.

Invented data only. Source of the contract: https://github.com/BrasilAPI/BrasilAPI and https://github.com/cuducos/minha-receita, state of
November 2026. Both need no key; `X-Simulator-Key` makes this one misbehave.
Limit: only the calls by number and, of Minha Receita, `/updated`; no search by filters.
"""

from simulator.neighbours.brasil_api.routes import BASE_PATH, PATHS, build_app

__all__ = ["BASE_PATH", "PATHS", "build_app"]
