"""Everything we know about HubSpot: manifest, OAuth, signatures, the client and its limits, objects, properties."""
