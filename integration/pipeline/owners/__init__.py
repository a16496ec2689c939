"""Who the users and owners of an account are, and in which teams: asked of HubSpot once an hour, kept, and looked up by everybody here."""
