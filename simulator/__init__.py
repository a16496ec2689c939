"""A HubSpot over HTTP for demo, tests and benchmarks: stateful, several accounts, nothing of the product imported."""
