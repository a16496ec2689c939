"""`leadlight new-key`: print a fresh key for LEADLIGHT_KEYS."""

from __future__ import annotations

import argparse

from integration.core.crypto import new_key
from integration.core.settings import Settings

SUMMARY = "print a fresh encryption key for LEADLIGHT_KEYS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments, settings
    print(new_key())
    return 0
