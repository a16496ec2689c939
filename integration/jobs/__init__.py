"""Background work on PostgreSQL: the engine, lanes, the one retry table, dead letters, the clock's triggers."""
