"""Who gets a record. Pure: owners and counts come as arguments, and what is chosen is written by somebody else."""
