# One door for each job. Everything runs from a virtual environment in .venv that `make setup` builds.
PY := .venv/bin/python
NAME ?= all
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE # tests start hundreds of Pythons, each would compile all that it imports
.PHONY: help setup system check fast slow test e2e browser bench demo lock clean

help: ## show this list
	@grep -E '^[a-z0-9]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

UV_VERSION := 0.13.9
.venv/.done: requirements.lock pyproject.toml
	@scripts/venv.sh $(UV_VERSION)
	@touch $@

setup: .venv/.done ## Python environment from the lock file

system: ## Debian packages of the lab and the browser tests (root)
	@scripts/system.sh

lock: ## refresh requirements.lock from pyproject.toml
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --upgrade --group dev --extra postgresql pyproject.toml -o requirements.lock -q

check: setup ## style, types, floors, file length, quick unit tests (under two minutes)
	@scripts/check.sh

slow: setup ## the other unit tests: properties, whole databases, samples
	@.venv/bin/pytest -q -n 2 -m slow

fast: setup ## the quick unit tests only
	@.venv/bin/pytest -q -n 2 -m "not e2e and not browser and not slow"

test: setup system check slow ## everything: checks, unit, end-to-end on real daemons, browser
	@scripts/e2e.sh

bench: setup ## benchmarks; NAME=subject for one
	@$(PY) -m bench $(NAME)

demo: setup ## the whole way on real routers; KEEP=0 ends after the summary, SIM=1 simulated
	@scripts/demo.sh

clean: ## what builds and tests left
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
