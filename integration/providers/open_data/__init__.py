"""A local copy of Brazil's public company register: its files read, loaded into PostgreSQL, and asked."""
