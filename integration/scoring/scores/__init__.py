"""One file for each score. A module declares `build(profile)` and, through it, the properties it fills."""
