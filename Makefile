# Obolo. `make demo` and `make test` do all their own set-up in a private environment (.venv).
SHELL := /bin/bash
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin

.PHONY: demo test check unit format setup planted

demo: setup ## Start everything on this machine and say where to look
	$(RUN)/obolo demo

test: setup check unit ## What CI runs

check: ## Format, lint, types, floors, spelling
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy obolo tests conftest.py
	$(RUN)/lint-imports
	$(RUN)/codespell
	$(RUN)/djlint obolo/web --lint --quiet
	OBOLO_MODE=test OBOLO_DATA=.data/check $(RUN)/python -W ignore -m django makemigrations --check --dry-run --settings obolo.project.settings

unit: ## All tests; the browser's need Chromium
	@bash scripts/chromium.sh
	$(RUN)/pytest

planted: setup ## Plant each known fault in a copy; its test must go red
	$(RUN)/python scripts/planted.py

format: ## Mend what can be mended by itself
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

setup: .venv/ready

.venv/ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 2; }
	@test -x $(UV) || { echo "· Making a private environment (.venv)"; $(PYTHON) -m venv .venv && $(RUN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9; }
	@echo "· Installing locked dependencies"
	@$(UV) sync --locked --quiet
	@touch .venv/ready
