"""The demo: the production code against the simulator, with only the addresses changed. Benchmarks and scenario tests use the same stand."""
