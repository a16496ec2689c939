"""Account details, and what the account's subscription can grant."""
