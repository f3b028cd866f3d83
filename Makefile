# dunghan: everything a checkout needs. `make` alone lists what there is.
#
# Assumed: python3 (3.11 or later), make, and a package index that pip reaches. No root, no Docker.
# Everything lands in .venv; stamp files there say what is done, so each step is repeatable and
# is done again only when the lock or pyproject.toml changes.

PYTHON ?= python3
ARGS   ?=
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
# The lock holds every dependency with its hash, so pip resolves nothing and takes nothing else.
LOCKED := $(PIP) install -qq --no-deps --require-hashes -r

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test chaos bench scale check pictures lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.dunghan ## make .venv and install dunghan with its pinned dependencies
	@echo "Ready: $(BIN)/dunghan --help"

demo: .venv/.dunghan ## the main job on real input: a season of reminders, played in a minute
	@$(BIN)/dunghan demo $(ARGS)

# A hundred processes import the same files: let the first keep what it compiled, whatever the shell says.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.dev ## install what tests need and run them all (ARGS="-k ladder" for some)
	$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder $(ARGS)

chaos: .venv/.dev ## kill, race and starve it: 520 kills on SQLite, 170 on PostgreSQL (CHAOS_SEED=7 for the same story)
	CHAOS_STORIES=5 CHAOS_SEED=$${CHAOS_SEED:-$$$$} $(BIN)/python -m pytest -n 2 --dist loadgroup tests/chaos $(ARGS)

check: .venv/.dev ## lint, format, types, import contracts, lock file, JSON Schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports --no-logo
	@echo "lock files: no address, no option"
	@! grep -nE '://|^ *-[^-]|^--' requirements/run.txt requirements/dev.txt || \
		{ echo "A lock file names an address or an option: make it again with 'make lock'." >&2; exit 1; }
	@echo "config/plans/plan.schema.json: current"
	@$(BIN)/dunghan plan schema > .venv/plan.schema.json
	@diff -u config/plans/plan.schema.json .venv/plan.schema.json || \
		{ echo "The schema is stale: $(BIN)/dunghan plan schema > config/plans/plan.schema.json" >&2; exit 1; }

bench: .venv/.dev ## measure against the raw limit and the usual scripts (ARGS=--quick; see tests/benchmarks)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

pictures: .venv/.dev ## take the pictures of docs/pictures anew, in a real Chromium (Debian: apt-get install chromium)
	@$(BIN)/python -m tests.ui.pictures

scale: .venv/.dev ## 63 provinces on one and two workers, one killed, the server restarted (ARGS="--provinces 8 --only two")
	@$(BIN)/python -m tests.scale $(ARGS)

lock: ## pin the dependencies anew after pyproject.toml changed (ARGS=--upgrade for newer ones)
	@requirements/lock.sh $(ARGS)

clean: ## remove .venv, caches and builds; var/ and .env stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the steps behind, each with its stamp ---------------------------------------------------------

.venv/.made:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "$(PYTHON) is not here: install Python 3.11 or later, or say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "dunghan needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V 2>&1). Say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) -V) …"
	@$(PYTHON) -m venv .venv || \
		{ echo "$(PYTHON) could not make a virtual environment: on Debian and Ubuntu its package python3-venv is missing." >&2; exit 1; }
	@touch $@

.venv/.run: requirements/run.txt .venv/.made
	@echo "Installing the pinned dependencies (about half a minute) …"
	@$(LOCKED) requirements/run.txt
	@touch $@

.venv/.dunghan: pyproject.toml .venv/.run
	@echo "Installing dunghan itself …"
	@$(PIP) install -qq --no-build-isolation --no-deps -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.dunghan
	@echo "Installing what tests and checks need …"
	@$(LOCKED) requirements/dev.txt
	@touch $@
