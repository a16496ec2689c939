"""Stand-ins of the product's neighbours: data providers and the companies' own web sites, over real HTTP.

Each neighbour is a folder with `build_app(settings) -> Flask` and `BASE_PATH`; `running.py` finds and serves them. All data
is invented around the demo companies; nothing here reaches the network.
"""
