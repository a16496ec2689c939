"""Stand-ins of the product's neighbours: data providers, registries and the companies' own web sites over real HTTP, and the DNS.

Each neighbour is a folder with `BASE_PATH` and `build_app(settings) -> Flask`; one that speaks no HTTP has `SCHEME` and
`serve_own(settings, host, port)` instead. `PATHS` names the addresses of a stand-in that has several. `running.py` finds and serves them.
All data is invented around the demo companies; nothing here reaches the network.
"""
