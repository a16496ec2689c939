"""The console's pages, one file each. Every module gives `routes(parts)`; discovery finds it."""
