"""The simulator for other people's clients: the same running simulator as its own tests use."""

from tests.contract.simulator.conftest import hubspot, running_simulator, simulator

__all__ = ["hubspot", "running_simulator", "simulator"]
