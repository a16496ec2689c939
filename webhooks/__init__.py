"""The door for HubSpot's webhooks: receive and keep, later unpack into work. Decides nothing about the records themselves."""
