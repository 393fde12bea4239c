# Two commands need nothing but python3 (3.11 or later), make and a package index:
#   make demo    see the product          make test    prove it
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help env demo dev test check bench mutation messages lock clean

help: ## Show what there is to run
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: $(STAMP) ## Make the environment in .venv and nothing else

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Parvis needs Python 3.11 or later; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python has no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "==> Making the environment in $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --progress-bar on --require-hashes -r requirements.lock \
		|| { echo "The packages could not be installed: is a package index within reach?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)
	@echo "==> The environment is ready"

demo: $(STAMP) ## Run the whole product on this machine, with believable life in it
	@$(BIN)/parvis demo

dev: $(STAMP) ## The same, with the component gallery and templates read again at each page
	@$(BIN)/parvis demo --development

test: $(STAMP) ## Run every test, in Chromium too
	@bash tests/browser/install.sh
	@bash tests/providers/install.sh $(BIN)/python
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## Format, lint, types and the architecture's own rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/architecture tests/contract

bench: $(STAMP) ## Measure against the floor; write the table into platform/docs/performance.md
	@$(BIN)/python -m tests.bench

mutation: $(STAMP) ## Take each check of sign-in away in turn; a test must notice every one
	@$(BIN)/python -m tests.mutation

lock: ## Pin every dependency with its hashes (needs uv and npm; developers only)
	uv pip compile pyproject.toml --extra demo --extra dev --generate-hashes --universal \
		--no-emit-index-url --no-annotate --python-version 3.11 \
		--custom-compile-command "make lock" -o requirements.lock
	uv pip compile tests/providers/canaille.in --generate-hashes --universal \
		--no-emit-index-url --no-annotate --python-version 3.11 \
		--custom-compile-command "make lock" -o tests/providers/canaille.lock
	for folder in tests/providers tests/providers/node; do \
		npm install --package-lock-only --omit-lockfile-registry-resolved --prefix $$folder; done

clean: ## Remove the environments and everything the demonstration made
	rm -rf $(VENV) .parvis .providers
