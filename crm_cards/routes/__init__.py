"""The routes that pages inside HubSpot ask, one module for each concern: every module here with a function `routes(parts)` is found."""
