"""Merge of two records."""
