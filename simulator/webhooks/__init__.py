"""Webhooks: which events a change makes, how deliveries are signed, batched, retried and recorded."""
