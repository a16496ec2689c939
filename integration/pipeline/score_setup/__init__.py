"""How a portal's scores are set up: drafts of a profile, their preview on the portal's records, and every version that was saved."""
