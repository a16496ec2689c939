"""Files of leads: read as a stream, columns told and set right by hand, each row checked and scored, given back or pushed to HubSpot."""
