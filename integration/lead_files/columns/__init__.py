"""What the columns of a file mean: guessed with reasons, set right by hand, and their cells turned into facts."""
