"""OAuth: the consent page, tokens, introspection and revocation."""
