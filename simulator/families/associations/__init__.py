"""Links between records and their labels."""
