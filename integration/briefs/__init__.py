"""Deal briefs: pure functions from facts and scores to sections whose every sentence names the findings it rests on."""
