.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
BIN := .venv/bin
INBOX ?= data/inbox
HOME_DIR ?= data/home

export PIP_DISABLE_PIP_VERSION_CHECK = 1

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

install: .venv/installed ## install the locked dependencies into .venv

run: install ## make the demo inbox, run the pipeline, print the results
	@[ -d $(INBOX) ] || $(BIN)/energy-pipeline demo --out $(INBOX)
	@$(BIN)/energy-pipeline run --inbox $(INBOX) --home $(HOME_DIR) || { code=$$?; [ $$code -eq 3 ] || exit $$code; }

test: install ## run all the tests
	@$(BIN)/python -m pytest -n 2

check: install ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## time and memory, as medians in one run; PART=kernel for one part
	@$(BIN)/python -m bench $(PART)

ui: install ## Dagster's UI on 127.0.0.1:3000
	@$(BIN)/energy-pipeline ui --inbox $(INBOX) --home $(HOME_DIR)

up: install ## web server and daemon for good: the inbox and the home are INBOX and HOME_DIR
	@$(BIN)/energy-pipeline ui --inbox $(INBOX) --home $(HOME_DIR)

dictionary: install ## write docs/data_dictionary.md and the questions of docs/cookbook.md
	@$(BIN)/python -m energy_pipeline.tables.dictionary > docs/data_dictionary.md
	@$(BIN)/python -m energy_pipeline.tables.cookbook

pictures: install ## make the pictures of docs/guide.fr.md again (Chromium, LibreOffice, poppler)
	@$(BIN)/python docs/pictures.py

lock: ## compile requirements.lock from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --no-header --no-annotate --group dev pyproject.toml -o requirements.lock

.PHONY: help install run test check bench ui up dictionary pictures lock
