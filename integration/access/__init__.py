"""Who may do what in a portal, and who did what: shared by the console, the pages inside HubSpot and the commands."""
