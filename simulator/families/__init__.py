"""The API families: each has its routes (the wire), its state (the rules) and its errors (HubSpot's sentences)."""
