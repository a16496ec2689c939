"""The control API: what a test, a demo or a person does to the simulator that no HubSpot client could."""
