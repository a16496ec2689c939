"""PostgreSQL: the embedded server, the engine, the unit of work and the tables. No business rules."""
