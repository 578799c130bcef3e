# Two targets do all set-up on a fresh machine: `make demo` and `make test`. Needs Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOG ?=
MAPPING ?=
ROUNDS ?= 20
SEED ?= 1
ARGS ?=

.PHONY: install demo kafka test faults lint bench import reference lock clean

install: $(VENV)/installed

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: install
	$(BIN)/motcua demo $(ARGS)

kafka: install
	$(BIN)/motcua kafka $(ARGS)

test: install
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

# Kafka and PostgreSQL killed and cut off under load, each in so many rounds: docs/how-to/try-faults.md
faults: install
	$(BIN)/python -m pytest tests/faults/test_topics.py --capture=no --rounds $(ROUNDS) --seed $(SEED) $(ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/motcua bench $(ARGS)

import: install
	@test -n "$(LOG)" -a -n "$(MAPPING)" || { echo "Use: make import LOG=file.xes.gz MAPPING=mapping.toml" >&2; exit 2; }
	$(BIN)/motcua import xes "$(LOG)" --mapping "$(MAPPING)" $(ARGS)

# What the documentation states of the code, written anew from the code.
reference: install
	$(BIN)/python -m tests.reference
	$(BIN)/python -m service.settings_reference
	$(BIN)/python -m service.cli.reference
	$(BIN)/python -m api.problems_reference

lock: install
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --group dev --no-annotate --no-header --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
