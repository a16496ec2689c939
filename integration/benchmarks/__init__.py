"""What we measure, one file a benchmark: a module with `run()` is one, found by its name. `bounds` says what each must reach."""
