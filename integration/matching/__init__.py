"""Whether two records, or a finding and a record, are about the same person or company. Pure decisions over plain values."""
