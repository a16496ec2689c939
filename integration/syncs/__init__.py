"""Passes over a portal on a clock: they repair what webhooks missed. One file for each sync, found by the registry."""
