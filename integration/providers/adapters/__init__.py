"""One file for each provider. A file here with `build_adapter(kit)` is found by `registry.py`; nothing else lists it."""
