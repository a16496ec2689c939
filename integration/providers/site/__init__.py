"""A company's own web site as a source: a polite crawl, the markup of its pages, and the contact entities in them."""
