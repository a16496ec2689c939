"""Custom object schemas."""
