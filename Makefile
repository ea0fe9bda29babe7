# Everything a person types; `make` alone tells what there is.
PYTHON ?= python3
SETUP = $(PYTHON) tools/setup.py
STACK ?= lab

.DEFAULT_GOAL := help
.PHONY: help up down setup packages test check soak clean clean-cache

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## build the lab network on this machine, verified (root; the first run takes about ten minutes)
	.venv/bin/geofleet up $(STACK)

down: ## remove the lab network with its keys and state
	@$(SETUP) --only engine --only python
	.venv/bin/geofleet down $(STACK) --yes

setup: ## install and build what geofleet needs; a second run takes about a second
	@$(SETUP)

packages: ## fetch the Debian packages that cloud hosts install by hash (Debian 12)
	@$(PYTHON) tools/cloud_packages.py

test: setup ## all checks and all tests: unit, engine, lab
	@.venv/bin/python tools/suite.py test

check: ## linters, types and import contracts; needs no root
	@$(SETUP) --without-lab
	@.venv/bin/python tools/suite.py check

soak: setup ## the long runs: kills at many points, mutated specs
	@.venv/bin/python tools/suite.py soak

clean: ## remove what this clone's setup made (.venv and caches; never state or keys)
	@$(PYTHON) tools/clean.py

clean-cache: ## remove the engine, node software and image that all clones share
	@$(PYTHON) tools/clean.py --cache
