"""The way of a record: claim, read, enrich, score, brief, draft, write back. Orders the steps; decides nothing itself."""
