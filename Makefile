# make run: the bot (without BOT_TOKEN: the local chat). make test: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench eval lint catalogs lock clean

run: $(VENV)/.run
	@$(BIN)/python -m bot

test: $(VENV)/.dev
	@$(BIN)/python -m tests.check

lint: $(VENV)/.dev
	@$(BIN)/python -m tests.check --only static

bench: $(VENV)/.dev
	@$(BIN)/python -m bot.bench

eval: $(VENV)/.dev
	@$(BIN)/python -m bot.core.understanding.evaluate
	@echo "== questions that nobody has tuned on"
	@$(BIN)/python -m bot.core.understanding.evaluate --folder tests/understanding/eval/fresh

catalogs: $(VENV)/.dev
	@$(BIN)/python -m bot.catalogs update

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -q pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -q --extra dev pyproject.toml -o requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (make run PYTHON=...)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	@echo "Installing the locked dependencies …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing the locked dependencies …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info
