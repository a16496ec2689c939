"""The identity gate: only what is about the record is used, and what cannot be told is asked of a person."""
