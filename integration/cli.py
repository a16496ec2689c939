"""The `leadlight` command."""


def main() -> int:
    return 0
