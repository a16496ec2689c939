"""What a record's card is told from: one record's scores, brief, draft, provenance and place in the work, read in few statements."""
