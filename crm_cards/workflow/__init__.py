"""Leadlight in HubSpot's workflows and in its agents: what each action is, how HubSpot calls it, and what it answers."""
