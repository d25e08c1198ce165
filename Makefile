# Two commands do everything: `make evaluate` and `make test`. Each sets up .venv first, from python3 alone.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PEERS := .venv/.peers
TEST_WORKERS ?= 2
DISTRICT ?= data/sample
OUT ?= reports

.PHONY: evaluate test lab docs check bench lock clean help

evaluate: $(READY)  ## evaluate the sample district (or DISTRICT=…) and print where to look
	$(BIN)/seedmetrics evaluate $(DISTRICT) --out $(OUT)

test: $(READY)  ## run every test
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

lab: $(READY)  ## open the notebooks in JupyterLab, with the kernel that starts at once
	JUPYTER_DEFAULT_PROVISIONER_NAME=seedmetrics-warm $(BIN)/jupyter lab notebooks

docs: $(READY)  ## build the documentation, its notebooks run on the sample, and print where to look
	$(BIN)/python docs/make_docs.py

check: $(READY)  ## lint, types, docstrings, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

bench: $(READY) $(PEERS)  ## run the benchmarks against their alternatives, print one table
	$(BIN)/python -m benchmarks $(BENCH)

lock: $(READY)  ## write both locks again from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --quiet -o requirements.lock
	$(BIN)/uv pip compile --group bench --universal --generate-hashes --quiet --no-header -c requirements.lock -o benchmarks/requirements.lock

clean:  ## remove the environment and what was made
	rm -rf .venv reports build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list these commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "seedmetrics needs Python 3.11 or newer: call make with PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "This python3 cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (a minute or two, once) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(PEERS): benchmarks/requirements.lock $(READY)
	@echo "Setting up the packages that the benchmarks run beside ours …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@
