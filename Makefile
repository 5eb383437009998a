# The one way in. `make help` lists what there is.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first Python from 3.11 to 3.13; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet --no-deps --require-hashes
LOCK := ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.PHONY: help install serve predict train test lint format check bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(VENV)/.serve ## install what serving needs into .venv

serve: $(VENV)/.serve ## start the service on HOST:PORT (127.0.0.1:8000)
	@HOST='$(HOST)' PORT='$(PORT)' exec $(BIN)/python -m app

predict: export UNDERTONE_TEXT = $(value TEXT)
predict: $(VENV)/.serve ## classify TEXT="...", or each line of standard input
	@if [ -n "$$UNDERTONE_TEXT" ]; then exec $(BIN)/python -m textmodel predict -- "$$UNDERTONE_TEXT"; \
	else exec $(BIN)/python -m textmodel predict; fi

train: $(VENV)/.train ## train on DATA=path/to/all-data.csv and replace the artifact
	@if [ -z '$(DATA)' ]; then echo 'make train DATA=path/to/all-data.csv' >&2; exit 2; fi
	@exec $(BIN)/python -m model_training sentiment --data '$(DATA)' $(ARGS)

test: $(VENV)/.dev ## run all tests; ARGS goes to pytest
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev ## find mistakes of style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev ## mend mistakes of style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: lint ## lint, and check the types
	@$(BIN)/mypy

bench: $(VENV)/.dev ## measure side by side and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.dev ## write requirements/*.txt anew from *.in
	@cd requirements && export UV_CUSTOM_COMPILE_COMMAND='make lock' && $(LOCK) serve.in -o serve.txt && \
	$(LOCK) -c serve.txt train.in -o train.txt && $(LOCK) -c train.txt dev.in -o dev.txt

clean: ## remove the environment, caches and build products
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis .staging-*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. Each stamp is one set of requirements; a later set holds the earlier ones.
$(BIN)/python:
	@if [ -z '$(PYTHON)' ]; then echo 'Python 3.11, 3.12 or 3.13 is needed; name one with PYTHON=...' >&2; exit 2; fi
	@$(PYTHON) -m pip --version >/dev/null || { echo '$(PYTHON) has no pip' >&2; exit 2; }
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.serve: requirements/serve.txt | $(BIN)/python
	@echo 'Installing what serving needs (once) ...' >&2
	@$(INSTALL) -r $< && touch $@

$(VENV)/.train: requirements/train.txt | $(BIN)/python
	@echo 'Installing what training needs (once) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo 'Installing what tests and checks need (once, about two minutes) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $(VENV)/.train $@
