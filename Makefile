# Each target sets up what it needs. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench golden clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[demo,test,lint]'
	@touch $@

demo: $(VENV)/.installed  ## build the flights example on real data and show the numbers
	$(BIN)/gnomon demo

test: $(VENV)/.installed  ## run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed  ## ruff, mypy --strict and the layer contract
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed  ## measure, print tables and write docs/benchmarks.md; BENCH=--quick for a few minutes
	$(BIN)/python bench/render.py
	$(BIN)/python -m bench.windows $(BENCH)

golden: $(VENV)/.installed  ## write the golden files again; read the diff before you commit it
	GNOMON_WRITE_GOLDEN=1 $(BIN)/python -m pytest tests/golden tests/brief tests/dates

clean:  ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
