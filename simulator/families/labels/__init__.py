"""Association labels."""
