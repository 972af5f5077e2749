# Two commands: `make run` shows a working office, `make test` proves that it works.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test prove bench clean

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1\t/p' $(MAKEFILE_LIST)

run: .venv/run  ## a believable office on this machine, with mail, folder and pages; ARGS="--dir DIR" keeps it elsewhere
	$(BIN)/saraban demo $(ARGS)

test: .venv/test  ## everything that must hold; ARGS go to pytest
	tests/provision
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

prove: .venv/test  ## kill, cut and damage it for minutes; `make prove bare`: both commands on bare Debians
	tests/provision
	$(BIN)/python -m tests.prove $(filter-out prove,$(MAKECMDGOALS)) $(ARGS)

# The words after `prove` name proofs, and are no goals of their own.
ifeq (prove,$(firstword $(MAKECMDGOALS)))
$(filter-out prove,$(MAKECMDGOALS)): ; @:
endif

bench: .venv/test  ## measure it against its anchors, into build/bench.json
	tests/provision
	$(BIN)/python -m tests.bench $(ARGS)

clean:  ## what can be made again; never an office's letters
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/made:
	PYTHON=$(PYTHON) .ci/venv
	touch $@

.venv/run: .venv/made pyproject.toml constraints.txt
	$(INSTALL) --editable .
	touch $@

.venv/test: .venv/made pyproject.toml constraints.txt
	$(INSTALL) --editable '.[test]'
	touch $@ .venv/run
