"""The state of one simulated portal's CRM: plain Python, no HTTP. `simulator.portal.Portal` is its front."""
