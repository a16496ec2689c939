"""Runs tap-hubspot, unmodified but for the address it calls. Needs the tap's own environment, not the project's.

Usage: python tap_launcher.py <base address> <arguments of tap-hubspot>
"""

import sys


def main() -> None:
    """Point the tap at the first argument and hand it the others."""
    import tap_hubspot  # type: ignore[import-not-found]  # lives in the tap's own environment

    base_url, sys.argv[1:] = sys.argv[1], sys.argv[2:]
    tap_hubspot.BASE_URL = base_url
    tap_hubspot.main()


if __name__ == "__main__":
    main()
