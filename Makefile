# Two commands do everything on a machine with Python 3.11+ and make: `make run` and `make test`.
# The environment is built once, in .venv, and again only when what it is built from has changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# DeepSpeed builds on Linux alone.
comma := ,
EXTRAS := dev$(if $(filter Linux,$(shell uname -s)),$(comma)deepspeed)

.PHONY: run test test-full lint bench walk clean help

help:
	@echo "make run        set up if needed, then open the app"
	@echo "make test       set up if needed, then the test suite (minutes)"
	@echo "make test-full  the slow tests as well: wheel, terminal walk, whole catalogue"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make bench      measure the judge and the app on this machine"
	@echo "make walk       record docs/walk.txt and docs/walk.svg in a real terminal (needs tmux)"
	@echo "make clean      remove the environment"

run: $(READY)
	@$(BIN)/ropes

test: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

test-full: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal -m slow

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m bench.judge
	$(BIN)/python -m bench.bank

walk: $(READY)
	$(BIN)/python -m tests.walk.record docs

clean:
	rm -rf $(VENV)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "ropes needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "this Python cannot make environments; paste: sudo apt-get install --yes python3-venv" >&2; exit 2; }
	@echo "Setting up $(VENV), once: torch, transformers, peft and the rest."
	@echo "  with torch's CPU build: about 1.5 GB of disk and 1 to 5 minutes;"
	@echo "  with its CUDA build (what most Linux indexes offer): about 7 GB and 5 to 20 minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $(READY)
	@echo "Ready."
