"""Leadlight: enrichment, scores, briefs and drafts for HubSpot records, each value with its source."""
