"""Leads of a file pushed into HubSpot: matched, created where an admin wants that, and updated through the one door."""
