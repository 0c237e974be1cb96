PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK    = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help

.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

.PHONY: run
run: $(VENV)/.runtime ## start the relay on http://127.0.0.1:8000 with the HubSpot sandbox behind it
	@PLAYRELAY_SANDBOX=$${PLAYRELAY_SANDBOX-true} $(BIN)/playrelay serve

.PHONY: dev
dev: $(VENV)/.dev ## the relay with the sandbox and sample plays, restarted when a file changes
	@$(BIN)/python -m tools.dev

.PHONY: setup
setup: $(VENV)/.dev $(VENV)/.site $(VENV)/.browser $(VENV)/.npm $(VENV)/.postgres $(VENV)/.checkers ## what the tests need: players, browsers, PostgreSQL

# Browsers play in real time, and relays wait for their limits: three tests at once keep two cores busy.
.PHONY: test
test: setup ## set everything up and run every test
	$(BIN)/python -m pytest -n 3 --dist loadfile

.PHONY: lint
lint: $(VENV)/.dev $(VENV)/.languages ## format check, strict lint, strict types, import contract, spelling, words, generated tables, the tracker's build
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell app tests tools static/src docs deploy README.md CONTRIBUTING.md CHANGELOG.md
	$(BIN)/python -m tools.words
	$(BIN)/python -m tools.docs --check
	$(BIN)/python -m tests.browser.players.document --check
	$(BIN)/python -m tests.machine.tracker

.PHONY: format
format: $(VENV)/.dev ## rewrite the code as lint wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(VENV)/.dev $(VENV)/.served $(VENV)/.browser $(VENV)/.languages ## the benchmarks: ratios within one run
	$(BIN)/python -m tests.bench

.PHONY: docs
docs: $(VENV)/.dev ## write the generated tables of the README and docs/ anew
	$(BIN)/python -m tools.docs
	$(BIN)/python -m tests.browser.players.document

.PHONY: site
site: $(VENV)/.site ## the docs site, in build/site; a link or an anchor that leads nowhere ends it
	@$(BIN)/python -m tools.site build/docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open build/site/index.html"

.PHONY: screenshots
screenshots: $(VENV)/.dev $(VENV)/.browser ## take the pictures of the console in docs/screenshots anew
	$(BIN)/python -m tests.browser.screenshots

.PHONY: keep-build
keep-build: $(VENV)/.runtime ## keep the built script under its own name, before a release
	@$(BIN)/python -m tools.keep

.PHONY: lock
lock: $(VENV)/.dev ## resolve pyproject's ranges into requirements/ anew
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) --group build -c requirements/runtime.txt -o requirements/build.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) --prerelease=allow --group dev -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(LOCK) --group site -c requirements/runtime.txt -c requirements/dev.txt -o requirements/site.txt

.PHONY: relock
relock: $(VENV)/.dev ## the same, moving everything to the newest releases that pyproject allows
	rm -f requirements/*.txt
	$(MAKE) lock

.PHONY: package
package: $(VENV)/.dev $(VENV)/.languages ## wheel, sdist and npm package in dist/; VERSION=… checks that all name it
	@$(BIN)/python -m tools.release $(VERSION)
	rm -rf dist
	$(BIN)/hatchling build --directory dist
	cd static && npm pack --pack-destination ../dist

# One stamp per set of requirements, so that a second `make` starts at once.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "playrelay needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing playrelay into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "installing the development tools ..."
	@$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/dev.txt
	@touch $@

$(VENV)/.site: requirements/site.txt $(VENV)/.dev | $(VENV)/.languages
	@$(PIP) install --require-hashes -r requirements/site.txt
	@touch $@

# What the benchmarks measure: the packages of a release, without those of the development.
$(VENV)/.served: requirements/runtime.txt | $(VENV)/bin/python
	@$(BIN)/python -m venv $(VENV)/runtime
	@$(VENV)/runtime/bin/pip --disable-pip-version-check --quiet install --require-hashes -r requirements/runtime.txt
	@touch $@

# A PostgreSQL, and a pooler before it: the system's, or Debian's.
$(VENV)/.postgres: $(VENV)/.dev
	@$(BIN)/python -m tests.store.postgres.install
	@touch $@

# What deploy/ is checked with: promtool, Caddy, nginx, systemd-analyze.
$(VENV)/.checkers: tests/project/deploy/install.py $(VENV)/.dev
	@$(BIN)/python -m tests.project.deploy.install
	@touch $@

# The browsers: Chromium (the system's, or Playwright's own), Firefox and, on Debian, WebKitGTK.
$(VENV)/.browser: tests/browser/install.py $(VENV)/.dev
	@$(BIN)/python -m tests.browser.install
	@touch $@

# Node for the tracker's tool chain and, like PHP, for the documents' examples.
$(VENV)/.languages: requirements/node.txt $(VENV)/.dev
	@$(BIN)/python -m tests.machine.node
	@$(BIN)/python -m tests.machine.php
	@touch $@

# What the tests have from npm: players, what stands around frames, bundlers, HubSpot's parser.
NPM := tests/browser/players tests/browser/frames tests/project/packaging/bundlers tests/system/oauth/project
$(VENV)/.npm: $(NPM:=/package-lock.json) $(VENV)/.languages
	@$(BIN)/python -m tests.machine.npm $(NPM)
	@touch $@
