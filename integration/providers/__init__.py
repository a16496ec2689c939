"""Enrichment providers: one contract, one file each, asked in a waterfall, every answer with its source and cost."""
