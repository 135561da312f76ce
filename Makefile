# Needs only Python 3.11 or newer and make. Another interpreter: make PYTHON=/path/to/python3 test
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
SOURCES := src kernels tests benchmarks examples

.PHONY: help demo test test-all lint format bench clean
help:
	@echo "make demo      run the example; results in runs/demo"
	@echo "make test      style, types, import contracts and the fast tests"
	@echo "make test-all  the same with the slow tests and those on real vertebrae"
	@echo "make lint      style, types and import contracts only"
	@echo "make format    format the code"
	@echo "make bench     speed against other codes, into docs/benchmarks.md; hours, on a machine left alone"
	@echo "make clean     remove the virtual environment, caches and runs"

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "vertaug needs Python 3.11 or newer; found: $$(python3 --version 2>&1)." >&2; \
		echo "Install one, or name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; fi
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { \
		echo "vertaug needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module does not work; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/vertaug demo --out runs/demo

lint: $(VENV)/.test
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check --quiet $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest

test-all: lint
	$(BIN)/python -m pytest -m "slow or not slow"

format: $(VENV)/.test
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# PEER_PYTHON: an interpreter that has the extra "peers"; what it lacks is reported as missing.
PEER_PYTHON ?= $(BIN)/python
bench: $(VENV)/.installed
	$(BIN)/python benchmarks/run.py --peer-python $(PEER_PYTHON) $(BENCH)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache runs build dist
