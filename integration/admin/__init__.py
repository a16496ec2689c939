"""The operator's web pages: install, what happens next, disconnect. Plain server-rendered HTML, usable without JavaScript."""
