"""Deals as their card shows them: read from HubSpot when somebody looks, and kept for the moments when HubSpot cannot be asked."""
