# Each target does its own set-up; a second call does not reinstall. Needs Python 3.11+, make and git.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SNOWDUCK := .venv-snowduck/.ready
SNOWDUCK_LOCK := tests/contract/snowduck/requirements.lock
PIN := --universal --generate-hashes --no-annotate --no-header --no-emit-index-url -q
PYTEST := $(BIN)/pytest -n 2 --no-loadscope-reorder

.PHONY: site pictures diagrams demo test test-rest test-all faults snowflake bench lint generated lock clean

demo: $(READY) ## the whole path on a made-up shop and a local Meta
	@$(BIN)/python -m examples.shop run

test: $(READY) ## what protects a change, in two processes
	@TESTS=most $(PYTEST)

test-rest: $(READY) ## what make test leaves out for time: a whole Airflow, more engines, more faults
	@TESTS=rest $(PYTEST)

test-all: $(READY) $(SNOWDUCK) ## the same with every fault, every crash point, fifty random shops, many fuzzed texts (an hour and more)
	@TESTS=all $(PYTEST) --timeout 3600

faults: $(READY) ## the folders that have a long form, in it; first, and alone, what goes by the clock of a quiet machine
	@TESTS=all $(BIN)/pytest tests/faults/test_kills.py
	@TESTS=all $(PYTEST) --timeout 3600 --ignore tests/faults/test_kills.py tests/faults tests/simulation tests/diagnosis tests/contract/identifiers \
	  tests/contract/dbt tests/integration/sync tests/examples

snowflake: $(READY) $(SNOWDUCK) ## the whole project on a second stand-in for Snowflake, which takes what an account would get
	@TESTS=all $(BIN)/pytest --timeout 3600 tests/contract/snowduck

bench: $(READY) ## what sending costs beside the SDK and two scripts, and which goals are met (EVENTS=100000)
	@$(BIN)/python -m tests.benchmarks --events $(or $(EVENTS),100000)

lint: $(READY) ## style, types, import rules, SQL style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python dbt_project/scripts/make_generated.py --check
	$(BIN)/sqlfluff lint dbt_project/models --processes 2

generated: $(READY) ## write into dbt what it holds of the connector's rules, words and spans of time
	$(BIN)/python dbt_project/scripts/make_generated.py

site: $(READY) ## the docs as a site, in .work/site; nothing is fetched
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "the site is in .work/site"

pictures: $(READY) ## the pictures of the docs, from the demo: run make demo first
	@$(BIN)/python -m examples.shop pictures

diagrams: $(READY) ## the diagrams of the docs as pictures for the site: MERMAID=mermaid.min.js, of npm's package mermaid
	@$(BIN)/python docs/diagrams.py $(MERMAID)

lock: $(READY) ## pin the current dependencies by hash, naming no registry
	$(BIN)/uv pip compile pyproject.toml --extra all --group dev --upgrade $(PIN) -o requirements.lock
	$(BIN)/uv pip compile $(SNOWDUCK_LOCK:.lock=.in) --python-version 3.11 --upgrade $(PIN) -o $(SNOWDUCK_LOCK)

clean: ## remove everything that was made, the demo's warehouse included
	rm -rf .venv .venv-snowduck .work .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dbt_project/target dbt_project/logs

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info < (3,14) else "Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	@echo "setting up .venv (once, a few minutes on a slow network)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

$(SNOWDUCK): $(READY) $(SNOWDUCK_LOCK)
	@echo "setting up .venv-snowduck, which needs another DuckDB and another sqlglot (once)"
	@$(PYTHON) -m venv .venv-snowduck
	@$(BIN)/uv pip install --quiet --python .venv-snowduck/bin/python --require-hashes -r $(SNOWDUCK_LOCK)
	@touch $(SNOWDUCK)
