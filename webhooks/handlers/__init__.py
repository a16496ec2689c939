"""One file for each webhook subscription; the registry finds them."""
