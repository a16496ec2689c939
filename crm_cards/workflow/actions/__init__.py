"""One file for each workflow action and agent tool, with its definition as `ACTION`."""
