"""What an admin allows to be written: rules, presets, their validation, and whose value stands where."""
