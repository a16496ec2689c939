"""News about a company as buying signals: one line of text each, classified, told from news about others, each story once. Pure."""

from integration.providers.signals.base import KIND_TITLES, Signal, read_signals, write_signal
from integration.providers.signals.reading import Story, signals_about

__all__ = ["KIND_TITLES", "Signal", "Story", "read_signals", "signals_about", "write_signal"]
