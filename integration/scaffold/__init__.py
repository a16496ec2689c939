"""The kit for a new provider: adapter, fixture and stand-in, made from the templates in this folder, which run and are tested as they are."""
