# Everything a newcomer needs: `make demo`, `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt
SECONDS := 3600
PAGE_SOURCES := $(shell find ui -name node_modules -prune -o -type f -print 2>/dev/null)
# Node of the environment first, whatever else the machine has.
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --prefix ui --no-update-notifier

.PHONY: help demo test alone soak lint bench page docs wheel lock clean
help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.run: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Vedette needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Install it and run: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e .
	@touch $@

# The installation builds the page; where only the page has changed, it is made anew.
$(VENV)/.page: $(VENV)/.run $(PAGE_SOURCES) hatch_build.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[openvino,onnx,gpio,postgresql]' \
	  $$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"])')
	@touch $@

demo: $(VENV)/.page  ## set up, fetch the network and the clip by hash, and show it: make demo ARGS=--once
	$(BIN)/vedette demo $(ARGS)

lint: $(VENV)/.dev  ## formatting, rules, types, layers; the page's as well
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py
	$(NPM) run --silent format:check
	$(NPM) run --silent check
	$(NPM) run --silent test

test: $(VENV)/.dev $(VENV)/.page  ## everything the tests need, system packages where it may, then the whole suite
	scripts/install-test-packages
	$(BIN)/vedette models fetch --all
	$(BIN)/python -m pytest -n 2 --dist worksteal || { [ $$? -eq 1 ] && $(MAKE) --no-print-directory alone; }

# What failed beside others is asked once more, alone: a real failure fails twice, a busy machine does not.
alone:
	$(BIN)/python -m pytest -n 0 --last-failed --last-failed-no-failures none

soak: $(VENV)/.dev  ## the fault suite in its long form, an hour: make soak SECONDS=600 for another time
	scripts/install-test-packages
	VEDETTE_SOAK_SECONDS=$(SECONDS) $(BIN)/python -m pytest tests/faults -n 0 --timeout 7200 -s

bench: $(VENV)/.dev  ## figures as ratios against floors and a peer; ARGS=--json, ARGS="--save NAME"
	$(BIN)/python benchmarks/appliance.py $(ARGS)

page: $(VENV)/.dev  ## build the page (ui/) into the package, if it has changed
	$(BIN)/python hatch_build.py

docs: $(VENV)/.dev  ## write docs/reference from the code: settings, JSON Schema, commands
	$(BIN)/python -m vedette.cli.reference docs/reference

wheel: $(VENV)/.dev  ## a wheel in dist/ that carries the default network and the demonstration's clip
	$(BIN)/vedette models fetch efficientnet-lite0 person --into src/vedette/weights
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist $(ARGS) .
	@ls -l dist/*.whl

lock: $(VENV)/.dev  ## write constraints.txt from what is installed
	@{ echo '# Versions that were tested together. Written by `make lock`; no address stands in it.'; \
	  $(BIN)/python -m pip freeze --exclude-editable | grep -v ' @ ' | sort -f; } > constraints.new
	mv constraints.new $(CONSTRAINTS)

clean:  ## remove what was built here
	rm -rf $(VENV) build dist out ui/node_modules src/vedette/web/static .mypy_cache .ruff_cache .pytest_cache src/vedette/weights
