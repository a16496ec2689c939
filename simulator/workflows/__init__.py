"""Records enrolled in workflows with an app's custom actions: calls the app, waits for completions, remembers how each went."""
