"""Machine-facing endpoints that are not HubSpot's: health, readiness, metrics."""
