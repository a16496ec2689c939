"""The heat model: how likely a record is to be won, learned from an account's own history, with reasons that add up, or a plain refusal."""
