"""Duplicates of a portal: records are remembered as they are read, compared in the background, suggested to people, merged on their command."""
