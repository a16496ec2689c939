# make demo   a local HubSpot portal with real companies: dry run, accept, live edits, undo
# make test   prove it
# make bench  measure it (JSON on standard output)
# make run    start the product against real HubSpot, from settings in the environment
# make setup  prepare only; the others do it themselves
.PHONY: setup demo test check-python check-cards bench run lock screenshots clean

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Leadlight needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

demo: $(STAMP)
	@$(BIN)/leadlight demo

# The house rules run by themselves: Python 3.11 mixes up `ast.parse` when another thread formats a traceback meanwhile.
# Three processes for two cores: scenarios mostly wait. Files in the order that tests/conftest.py gives them.
test: $(STAMP)
	@$(MAKE) --no-print-directory -j2 check-python check-cards
	@$(BIN)/python -m pytest -q tests/house
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/house

check-python: $(STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/leadlight render-project --check

# What runs inside HubSpot: the locked npm packages, validation of the project, types, lint, component tests, bundles.
check-cards: $(STAMP)
	@$(BIN)/python -m crm_cards.host.building check

bench: $(STAMP)
	@$(BIN)/leadlight bench --json

run: $(STAMP)
	@$(BIN)/leadlight up

# Renews the pictures in docs/images.
screenshots: $(STAMP)
	@$(BIN)/python -m tests.browser.screenshots
	@$(BIN)/python -m tests.browser.card_screenshots

# Needs `uv`; run after changing the dependencies in pyproject.toml.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -o requirements.lock

clean:
	rm -rf .venv .venv-tap .leadlight crm_cards/node_modules crm_cards/out
