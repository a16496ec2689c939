"""Drafted outreach: steps as data, made from templates and findings, never sent and never logged as mail."""
