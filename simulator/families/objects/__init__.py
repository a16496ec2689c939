"""Records: read, list, create, change, archive, one by one and in batches."""
