# The commands of the README and of everyday work. Each makes what it needs.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all check clean

demo: .venv/base
	$(BIN)/mien analyze examples/astronaut.jpg --annotate out

test: .venv/test
	$(BIN)/python -m pytest

test-all: .venv/test
	$(BIN)/python -m pytest -m ''

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

clean:
	rm -rf .venv out build dist src/*.egg-info

.venv/bin/pip:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --upgrade 'pip>=25.1'

.venv/base: .venv/bin/pip pyproject.toml
	$(BIN)/pip install -q -e .
	touch $@

.venv/test: .venv/bin/pip pyproject.toml
	$(BIN)/pip install -q -e '.[train,classic,serve]' --group test --group check
	touch $@ .venv/base
