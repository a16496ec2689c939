"""Events on HubSpot's timeline: which moves of a priority are worth one, the rows that wait to be sent, and the job that sends them."""
