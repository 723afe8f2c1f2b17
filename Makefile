# Everything a person or a build server does here has a name below; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What `make up` hands to the server besides its data folder and samples, e.g. ARGS="--port 9000".
ARGS ?=
# How many processes run tests side by side where that is safe.
WORKERS ?= 2

TIMED := scripts/timed
PYTEST := $(BIN)/python -m pytest -q
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: help
help: ## list what can be made
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ------------------------------------------------------------------- run it
.PHONY: up
up: $(VENV)/.installed web ## start everything on this machine: ARGS="--port 9000" adds flags
	@exec $(BIN)/orchestrion up --data-dir .data --samples samples $(ARGS)

.PHONY: web
web: ## build the front end, if it changed
	@$(PYTHON) scripts/build_frontend.py build

# ------------------------------------------------------------ environments
.PHONY: setup
setup: $(VENV)/.installed-dev ## everything a contributor needs: Python and npm packages as locked
	@$(PYTHON) scripts/build_frontend.py install

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "error: no virtual environment (on Debian: apt-get install python3-venv)" >&2; exit 1; }

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/bin/python
	@$(TIMED) "runtime packages" $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(TIMED) "development packages" $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r $<
	@touch $@

# The entry points (command, packs) are read from the installed metadata: a changed pyproject.toml means a new install.
$(VENV)/.installed: $(VENV)/.runtime pyproject.toml hatch_build.py
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed $(VENV)/.dev
	@touch $@

# -------------------------------------------------------------------- gates
# One red step does not hide the next: all run, then the list of times, then the verdict.
gate = $(TIMED) --start; code=0; $(MAKE) --keep-going $(1) || code=$$?; $(TIMED) --summary; exit $$code

SHELL_SCRIPTS := .ci/run scripts/generate scripts/install-test-needs scripts/timed deploy/postgres/create-database.sh
CHECKS := check-format check-lint check-shell check-types check-imports check-unit check-packs \
	check-web-lint check-web-types check-web-unit check-generated

.PHONY: check
check: setup ## the quick gate: format, lint, types, contracts, unit and property tests, front end, generated files
	@$(call gate,$(CHECKS))

TIERS := test-simulation test-conformance test-integration test-kill test-failover test-packs test-acceptance

.PHONY: test
test: setup ## every test there is; installs what they need when run as root on Debian
	@scripts/install-test-needs
	@$(call gate,$(CHECKS) $(TIERS))

.PHONY: $(CHECKS) $(TIERS)
check-format: setup
	@$(TIMED) "format" $(BIN)/ruff format --check
check-lint: setup
	@$(TIMED) "lint" $(BIN)/ruff check
check-shell: setup
	@$(TIMED) "shell scripts" $(BIN)/shellcheck $(SHELL_SCRIPTS)
check-types: setup
	@$(TIMED) "types" $(BIN)/mypy
check-imports: setup
	@$(TIMED) "import contracts" $(BIN)/lint-imports --no-logo
check-unit: setup ## unit and property tests
	@$(TIMED) "unit and property tests" $(PYTEST) -n $(WORKERS) tests/unit tests/property
check-packs: setup
	@$(TIMED) "pack check" $(BIN)/orchestrion pack check
check-web-lint: setup
	@$(TIMED) "front-end lint and boundaries" npm --prefix frontend run --silent lint
check-web-types: setup
	@$(TIMED) "front-end types" npm --prefix frontend run --silent typecheck
check-web-unit: setup
	@$(TIMED) "front-end unit tests" npm --prefix frontend run --silent test
check-generated: setup
	@$(TIMED) "generated files" scripts/generate --check

test-simulation: setup ## servers, people and bad weather in virtual time
	@$(TIMED) "simulation" $(PYTEST) -n $(WORKERS) tests/simulation
test-conformance: setup ## the store's rules on SQLite and PostgreSQL
	@$(TIMED) "conformance" $(PYTEST) -n $(WORKERS) tests/conformance
test-integration: setup ## API, crash and failover with real processes
	@$(TIMED) "integration" $(PYTEST) -n $(WORKERS) tests/integration
test-kill: setup ## a part of the kill matrix: kill -9 at every point of a run
	@$(TIMED) "kill matrix" $(PYTEST) tests/kill
test-failover: setup ## servers, networks, clocks and databases that fail under load; a Patroni cluster
	@$(TIMED) "failover" $(PYTEST) -n $(WORKERS) tests/failover
test-packs: setup ## activities against the real thing
	@$(TIMED) "packs" $(PYTEST) -n $(WORKERS) tests/packs
test-acceptance: setup web ## the installed command and a browser
	@$(TIMED) "acceptance" $(PYTEST) -n $(WORKERS) --dist loadfile tests/acceptance

# --------------------------------------------------------------- everything else
.PHONY: fmt
fmt: setup ## format the code and mend what lint can mend
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format
	@npm --prefix frontend run --silent format

.PHONY: schema
schema: setup ## write the generated files anew: OpenAPI document, front-end types, CLI reference
	@scripts/generate

.PHONY: bench bench-compare bench-scale
bench: setup ## measure: BENCH=chain,idle says what, BENCH_DOCS=1 writes docs/performance.md
	@$(BIN)/python -m tests.bench.report
bench-compare: setup ## measure two revisions in turn: OLD=main~5 NEW=main, BENCH=chain,idle
	@$(BIN)/python -m tests.bench.compare $(OLD) $(or $(NEW),HEAD) --only "$${BENCH:-chain,idle}"
bench-scale: setup ## what stays flat behind 1,000 to SIZES executions on PostgreSQL; BENCH_DOCS=1 writes docs/scaling.md
	@$(BIN)/python -m tests.bench.flat $(or $(SIZES),1000 1000000 10000000)

.PHONY: soak
soak: setup ## run for long under load and kills: SOAK_MINUTES says how long
	@ORCHESTRION_KILL_MATRIX=full $(PYTEST) --timeout 0 tests/kill
	@ORCHESTRION_SIMULATION_SECONDS=$$(($${SOAK_MINUTES:-10} * 60)) ORCHESTRION_SIMULATION_FIRST=$${SOAK_SEED:-1000000} \
		$(PYTEST) -n $(WORKERS) --timeout 0 tests/simulation/test_seeds.py
	@SOAK_MINUTES=$${SOAK_MINUTES:-30} $(PYTEST) -s -m soak --timeout 0 tests
	@SOAK_MINUTES=$${SOAK_MINUTES:-60} $(BIN)/python -m tests.bench.soak

.PHONY: lock
lock: $(VENV)/.installed-dev ## write requirements/*.txt from pyproject.toml; UPGRADE=1 takes newer versions
	@$(COMPILE) --extra postgres --extra otel --group build -o requirements/runtime.txt pyproject.toml
	@$(COMPILE) --extra postgres --extra otel --group build --group dev -c requirements/runtime.txt \
		-o requirements/dev.txt pyproject.toml

.PHONY: clean
clean: ## remove environments, caches and builds; keeps .data
	@rm -rf $(VENV) .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		build dist frontend/dist frontend/node_modules frontend/coverage
