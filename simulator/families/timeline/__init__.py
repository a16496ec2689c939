"""App events: what an app puts on the timeline of records."""
