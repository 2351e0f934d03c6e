# Every command sets up what it needs in its own virtual environment, .venv, first.
# Another Python: make PYTHON=python3.12 figures. More options for pytest: make test ARGS="-k box".

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup figures claims answers test coverage test-slow test-oldest calibrate trust check bench clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed 's/:.*## /:	/' | expand -t 14

setup: $(READY) ## install everything into .venv

figures: $(READY) ## draw every figure, and write its data, into figures/
	$(BIN)/mirrorsys figures --output figures

claims: $(READY) ## compute the table of claims S1-S12; fails if one fails
	$(BIN)/mirrorsys claims

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n auto $(ARGS)

coverage: $(READY) ## the coverage of src by the unit and regression tests (ten minutes)
	$(BIN)/python -m pytest -n auto --cov --cov-report=term tests/unit tests/regression $(ARGS)

test-slow: $(READY) ## run the tests marked slow
	$(BIN)/python -m pytest -n auto -m slow $(ARGS)

answers: $(READY) ## print the known answers of bifurcation analysis, and ours
	$(BIN)/python tests/regression/known_answers.py

calibrate: $(READY) ## search for parameter sets that meet the criteria (ten minutes)
	$(BIN)/python -m calibration --output calibration/report.json

trust: $(READY) ## measure what docs/explanation/trust.md reports (hours); one part: ARGS=accuracy
	$(PIP_INSTALL) --editable '.[dev,trust]'
	$(BIN)/python -m trust $(ARGS)

test-oldest: ## run the tests with the oldest allowed versions of all dependencies
	.ci/oldest

check: $(READY) ## style, types and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## time the library beside its peers, as ratios
	$(BIN)/python benchmarks/course.py
	$(BIN)/python benchmarks/equilibria.py
	$(BIN)/python benchmarks/bifurcation.py
	$(BIN)/python benchmarks/lyapunov.py
	$(BIN)/python benchmarks/basins.py
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.speed.networks
	$(BIN)/python -m benchmarks.speed.growth

clean: ## remove what the commands wrote, all but .venv
	rm -rf build dist figures .coverage .coverage.* .hypothesis \
	    .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests examples benchmarks calibration trust -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A usable environment is kept; a missing, broken or outdated one is made anew.
$(READY): pyproject.toml
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	        echo "mirrorsys needs Python 3.11 or newer, but '$(PYTHON)' is missing or older:" \
	             "name one, for example 'make PYTHON=python3.12 figures'." >&2; exit 1; }; \
	    echo "$(PYTHON) -m venv $(VENV)"; \
	    $(PYTHON) -m venv --clear $(VENV) || { \
	        rm -rf $(VENV); \
	        echo "'$(PYTHON)' cannot make a virtual environment: install its venv module" \
	             "(on Debian and Ubuntu the package python3-venv) and try again." >&2; exit 1; }; }
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@
