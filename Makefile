# Settings a caller may give: PYTHON, STACK (embedded, jvm, docker, external; for the demo also compose), KEEP=1, SLOW=1, JOBS (tests at a time).
# They reach the commands through the environment as well.
PYTHON ?= python3
# Tests wait a third of their time, for servers and processes that they start: three of them keep two cores busy.
JOBS ?= 3
PACKAGES := contracts chassis $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml deploy/*/pyproject.toml tools/*/pyproject.toml))
MODULES := $(foreach package,$(PACKAGES),$(package)/$(subst -,_,$(notdir $(package))))
DISTRIBUTIONS := $(addprefix water-,$(notdir $(filter-out services/%,$(PACKAGES)))) $(notdir $(filter services/%,$(PACKAGES)))
# What of the source the image is built of: with -dirty where files differ from the commit; empty outside a checkout.
BUILD_COMMIT ?= $(shell git describe --always --abbrev=40 --exclude='*' --dirty 2>/dev/null)
SERVICES := $(notdir $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml)))
COMPOSE := docker compose --file deploy/compose.yaml
TESTS := $(wildcard $(addsuffix /tests,$(PACKAGES)) deploy/tests tools/install/tests tests)

empty :=
export MYPYPATH := $(subst $(empty) $(empty),:,$(PACKAGES) $(TESTS) tests/integration tools/install)

# Tests start thousands of processes: without bytecode files each of them would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install up down demo test test-kafka test-mutants test-slow bench lint types imports dependencies generated check lock generate picture sbom audit licences upgrade-drill restore-drill drill clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: ## Make .venv from requirements.lock; does nothing when it is up to date
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is needed: $(PYTHON) was not found" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit("Python 3.11 or newer is needed, $(PYTHON) is %d.%d; name another one with make PYTHON=..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@exec "$(PYTHON)" tools/install/install.py

up: ## The whole platform in containers on this machine; needs Docker with Compose 2 [INSTANCES=2 of each service, OBSERVABILITY=0]
	@docker compose version >/dev/null 2>&1 || { echo "Docker with Compose 2 is needed: \`docker compose version\` failed" >&2; exit 1; }
	@"$(PYTHON)" deploy/make_secrets.py
	@BUILD_COMMIT="$(BUILD_COMMIT)" $(COMPOSE) build
	@$(COMPOSE) $(if $(filter 0,$(OBSERVABILITY)),,--profile observability) up --detach --wait $(if $(INSTANCES),$(foreach service,$(SERVICES),--scale $(service)=$(INSTANCES)))
	@$(COMPOSE) ps

down: ## Stop what make up started and keep its data [ERASE=1 removes data and passwords]
	@docker compose version >/dev/null 2>&1 || { echo "Docker with Compose 2 is needed: \`docker compose version\` failed" >&2; exit 1; }
	@"$(PYTHON)" deploy/make_secrets.py
	@$(COMPOSE) --profile observability down --remove-orphans $(if $(filter 1,$(ERASE)),--volumes)
	@$(if $(filter 1,$(ERASE)),rm -f deploy/.env)

demo: install ## The main job on real rain [STACK=embedded|jvm|docker|external|compose] [KEEP=1 stays up]
	@exec .venv/bin/demo $(if $(STACK),--stack "$(STACK)") $(if $(filter 1,$(KEEP)),--keep)

test: install ## All tests but the slow ones, with the coverage gate [STACK=...] [SLOW=1 runs the slow ones too]
	@mkdir -p build; exec 9>build/test.lock; flock --nonblock 9 || { echo "Waiting for another make test in this checkout"; flock 9; }; \
	exec .venv/bin/pytest $(if $(filter 1,$(SLOW)),,-m "not slow") --cov -n $(JOBS) --dist loadscope

test-kafka: install ## What a broker can change, and the slow tests but mutants, on real Kafka [STACK=jvm|docker|external]
	@STACK="$(or $(STACK),jvm)" exec .venv/bin/pytest -m "(kafka or real_kafka or slow) and not mutant" -n $(JOBS) --dist loadscope

test-mutants: install ## Every promise broken once: the test that guards it must fail [MUTANT_SHARE=1, one in so many]
	@STACK=embedded MUTANT_SHARE="$(or $(MUTANT_SHARE),1)" exec .venv/bin/pytest chassis/tests/test_mutants.py -m mutant -n $(JOBS) --dist loadscope

test-slow: install ## Only the slow tests: outages of a minute, mutants [STACK=...]
	@exec .venv/bin/pytest -m slow -n $(JOBS) --dist loadscope

bench: install ## Claims per second beside a frameless pipeline and a raw floor, and what the door costs; some eight minutes
	@exec .venv/bin/bench

lint: install ## Style of the code
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: install ## Types, strictly; every test directory by itself, because names repeat between them
	@.venv/bin/mypy $(MODULES) $(wildcard tools/install/*.py) deploy/make_secrets.py conftest.py
	@failed=0; for tests in $(TESTS); do .venv/bin/mypy "$$tests" || failed=1; done; exit $$failed

imports: install ## Who may import whom; the picture of it is up to date
	@.venv/bin/structure rules
	@.venv/bin/structure picture --check

picture: install ## Draw docs/structure.md: packages, rooms, imports
	@exec .venv/bin/structure picture

dependencies: install ## Every package declares what it imports, and nothing else
	@failed=0; for package in $(PACKAGES); do \
		echo "$$package"; (cd "$$package" && "$(CURDIR)/.venv/bin/deptry" --no-ansi .) || failed=1; \
	done; exit $$failed

generated: install ## What is generated from contracts/, APIs, metrics, log events; locks of images, dashboards, alerts: all up to date
	@.venv/bin/python -m contracts.generate --check
	@.venv/bin/python tools/install/image_locks.py --check
	@.venv/bin/python tools/install/api_descriptions.py --check
	@.venv/bin/python tools/install/metric_descriptions.py --check
	@.venv/bin/python tools/install/log_events.py --check
	@.venv/bin/observability write --check

check: lint types imports dependencies generated ## Everything CI checks without running a test

lock: ## Complete requirements.lock from what the packages declare (needs uv) [UPGRADE=1 chooses versions again]
	@command -v uv >/dev/null || { echo "uv is needed: https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile $(addsuffix /pyproject.toml,$(PACKAGES)) requirements-dev.in \
		--universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links $(addprefix --no-emit-package ,$(DISTRIBUTIONS)) \
		--custom-compile-command "make lock" --quiet $(if $(filter 1,$(UPGRADE)),--upgrade) -o requirements.lock

generate: install ## Write what follows from contracts/, APIs, metrics, log events; locks of the images, dashboards and alerts
	@.venv/bin/python -m contracts.generate
	@.venv/bin/python tools/install/image_locks.py
	@.venv/bin/python tools/install/api_descriptions.py
	@.venv/bin/python tools/install/metric_descriptions.py
	@.venv/bin/python tools/install/log_events.py
	@.venv/bin/observability write

sbom: install ## build/sbom/water.cdx.json: what the image is made of (CycloneDX)
	@.venv/bin/python tools/install/sbom.py

audit: install ## Known vulnerabilities of every locked package; needs the internet, and says so when it has none
	@.venv/bin/python tools/install/audit.py

licences: install ## The licence of every package, those of the images first; fails on one that is not allowed
	@.venv/bin/python tools/install/licences.py

upgrade-drill: install ## The version before lives through every story on the new schema [FROM=commit]
	@.venv/bin/python tools/install/upgrade_drill.py $(if $(FROM),--version-before "$(FROM)")

restore-drill: install ## Bring every database back to a moment before an accident, from a backup and its archived log
	@.venv/bin/python tools/install/restore_drill.py

drill: install ## Every fault, and bugs that must be noticed, on real Kafka and PostgreSQL; the report is build/drill/report.md [SHORT=1]
	@exec .venv/bin/drill $(if $(filter 1,$(SHORT)),--short)

clean: ## Remove everything made here
	rm -rf .venv build .devstack .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
