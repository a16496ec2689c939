"""What people see inside HubSpot: the backend of cards, settings and app pages, the project that is uploaded, and a local record page."""
