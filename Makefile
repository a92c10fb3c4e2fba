# The commands of the README and of everyday work. Each makes what it needs.

PYTHON ?= python3
BIN := .venv/bin
# A process a core, of one thread each; the tests of a module stay together, because they share what they made.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

.PHONY: demo test test-all check clean

demo: .venv/base
	$(BIN)/mien analyze examples/astronaut.jpg --annotate out

test: .venv/test
	$(PYTEST)

test-all: .venv/test
	$(PYTEST) -m ''

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST)

clean:
	rm -rf .venv out build dist src/*.egg-info

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/base: .venv/bin/pip pyproject.toml
	$(BIN)/pip install -q -e .
	touch $@

.venv/test: .venv/bin/pip pyproject.toml
	$(BIN)/pip install -q --upgrade 'pip>=25.1'
	$(BIN)/pip install -q -e '.[train,classic,serve,views]' --group test --group check
	touch $@ .venv/base
