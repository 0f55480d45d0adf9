# One runner: `make` alone explains the words, .ci/run says the same ones.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test coverage lint unit js bench vendor screenshots clean

PYTHON ?= python3
# How many test processes; many tests wait for something, so that there may be more of them than cores.
JOBS ?= 4
BENCHES ?= cold_start charts panning wall soak idle series_cpu jitter bundled fanout latency capacity growth fast_metric compression \
  history_size history_write history_read history_growth history_start history_cpu history_lag
BIN := .venv/bin
RUN := .venv/.run-$(shell cksum < pyproject.toml | cut -d ' ' -f 1)
DEV := .venv/.dev-$(shell cksum < pyproject.toml | cut -d ' ' -f 1)
NODE := node_modules/.stamp
# Named one by one: from Node 22 on, a folder is no argument for --test.
JS_TESTS = $(sort $(wildcard tests/js/*.test.js tests/js/*.test.mjs))

help:
	@echo 'make run          start Plotroom; ARGS="--demo --port 9000" is passed on'
	@echo 'make test         everything that has to hold: lint, JavaScript and Python tests'
	@echo 'make coverage     the Python tests again, and which lines none of them runs'
	@echo 'make lint         ruff, mypy and tsc'
	@echo 'make unit         the Python tests alone; ARGS="tests/test_ring.py -k gap" is passed on'
	@echo 'make js           the JavaScript tests alone'
	@echo 'make bench        the figures of docs/performance.md; BENCHES="fanout latency" measures those alone'
	@echo 'make vendor       fetch the vendored files of static/vendor again'
	@echo 'make screenshots  draw the pictures of docs/img again, and those that the tests compare the page with'
	@echo 'make clean        remove all that make has made'

run: $(RUN)
	@exec $(BIN)/python -m dashboard $(ARGS)

# ARGS may choose no test of one kind, which pytest says by 5; of neither is a mistake.
NONE = .venv/.none
# A test that hangs ends its process; another one would take up the same test, and so on for ever.
UNTIMED = -n $(JOBS) --dist loadfile --max-worker-restart 1 -m 'not timed' $(ARGS) $(if $(ARGS),|| { [ $$? = 5 ] && touch $(NONE); })
TIMED = -m timed $(ARGS) $(if $(ARGS),|| { [ $$? = 5 ] && [ ! -e $(NONE) ]; })

# What needs no Python goes on while pip installs; lint takes what Python tests, which often wait, leave of the cores.
test:
	@rm -f $(NONE)
	@$(MAKE) --no-print-directory -j4 $(DEV) browser js tsc
	@$(MAKE) --no-print-directory -j2 checks untimed
	$(BIN)/python -m pytest $(TIMED)

.PHONY: untimed
untimed: $(DEV)
	$(BIN)/python -m pytest $(UNTIMED)

coverage: ready
	@rm -rf .coverage $(NONE) && mkdir .coverage
	$(BIN)/coverage run -m pytest $(UNTIMED)
	$(BIN)/coverage run -m pytest $(TIMED)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report $(if $(ARGS),--fail-under=0)

lint: checks tsc

.PHONY: checks tsc
checks: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tsc: $(NODE)
	node_modules/.bin/tsc --project jsconfig.json

unit: $(DEV)
	$(BIN)/python -m pytest $(ARGS)

js: $(NODE)
	node --test $(JS_TESTS)

bench: $(DEV) $(NODE) browser
	@for script in $(BENCHES); do \
	  case $$script in growth) more='--draw docs/img/growth.svg' ;; soak) more='--draw docs/img/open.svg' ;; *) more= ;; esac; \
	  $(BIN)/python tests/bench/$$script.py $$more || exit 1; echo; done

vendor: $(DEV)
	$(BIN)/python static/vendor/refresh.py

screenshots: $(DEV) browser
	$(BIN)/python tests/screenshots.py
	REFERENCES=renew $(BIN)/python -m pytest -p no:randomly tests/test_browser_looks.py

clean:
	rm -rf .venv node_modules .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist \
	  clients/js/dist examples/vue/node_modules examples/vue/dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the words need -------------------------------------------------------------------------
# pip, npm and the browser come beside each other; of the last two, one at a time asks Debian's installer.
.PHONY: ready
ready:
	@$(MAKE) --no-print-directory -j3 $(DEV) $(NODE) browser

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Plotroom needs Python 3.11 or later; say which with: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo 'Python cannot make virtual environments here; on Debian: apt-get install python3-venv' >&2; exit 1; }

# The stamp's name holds the checksum of pyproject.toml, so that a fresh checkout's file times decide nothing.
$(RUN): | .venv/bin/python
	@echo 'Installing what Plotroom needs into .venv; this happens once.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@rm -f .venv/.run-* && touch $@

$(DEV): | .venv/bin/python
	@echo 'Installing what Plotroom and its checks need into .venv; this happens once.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@rm -f .venv/.run-* .venv/.dev-* && touch $(RUN) $@

.PHONY: npm
npm:
	@command -v npm > /dev/null || { $(call debian,nodejs npm); } || { \
	  echo 'The checks need Node 18 or later with npm; on Debian: apt-get install nodejs npm' >&2; exit 1; }

$(NODE): package.json package-lock.json | npm
	npm ci --no-audit --no-fund
	@touch $@

# Debian's packages are installed only by who may: root, as in a container of continuous integration.
debian = [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)

.PHONY: browser
browser: | npm
	@command -v chromium-headless-shell > /dev/null || { $(call debian,chromium-headless-shell); } || \
	  command -v chromium > /dev/null || command -v google-chrome > /dev/null || { \
	  echo 'The browser tests need Chromium; on Debian: apt-get install chromium' >&2; exit 1; }
