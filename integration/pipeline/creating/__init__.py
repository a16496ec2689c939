"""Creating records in HubSpot without ever making one twice."""
