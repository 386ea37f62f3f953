# Each target makes .venv when it is missing and installs the project into it once.

PYTHON_NAMES = python3.14:python3.13:python3.12:python3.11:python3:python
VENV_PYTHON = .venv/bin/python
INSTALLED = .venv/installed

# What would send an installation elsewhere; where packages come from stays as set up.
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV PYTHONHOME PYTHONPATH
export PIP_USER = 0
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test nightly audit clients lint bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

demo: $(INSTALLED) ## Crawl and republish the bundled sample site; no network needed
	@$(VENV_PYTHON) -m scrapy demo

test: lint ## Format, lint, types and tests: what has to pass
	$(VENV_PYTHON) -m pytest

nightly: $(INSTALLED) ## Run what takes long: 10,000 broken pages, replays, killed exports, a hostile site, the audit
	$(VENV_PYTHON) -m pytest -m nightly
	$(MAKE) audit

audit: $(INSTALLED) ## Look for known holes in dependencies (pip-audit) and in our code (bandit)
	$(VENV_PYTHON) -m pip install --quiet --editable ".[audit]"
	$(VENV_PYTHON) -m bandit --quiet --configfile pyproject.toml --recursive crawler pipelines exporters
	$(VENV_PYTHON) -m pip_audit --strict --skip-editable

clients: $(INSTALLED) ## Install Hugo, Hexo, newsboat, chromium … and hand our exports to them
	tests/clients/install
	$(VENV_PYTHON) -m pytest -m clients -n 0 -rP

lint: $(INSTALLED) ## Format, lint and types only
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m mypy

bench: $(INSTALLED) ## Run the measurements in tests/bench, one after the other
	@set -e; for name in $(filter-out __init__,$(basename $(notdir $(wildcard tests/bench/*.py)))); do \
		echo "== $$name"; $(VENV_PYTHON) -m tests.bench.$$name; \
	done

$(INSTALLED): pyproject.toml | $(VENV_PYTHON)
	@echo "Installing into .venv (once; takes a minute or two)"
	@$(VENV_PYTHON) -m pip install --quiet --editable ".[dev]"
	@touch $@

# Every python of these names on PATH is tried: shims and Debian's own may only be names.
$(VENV_PYTHON):
	@refused=; names=$(PYTHON_NAMES); IFS=:; for name in $$names; do for folder in $$PATH; do \
		python=$$folder/$$name; [ -x "$$python" ] || continue; \
		if ! version=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>&1); then \
			reason="does not run: $$(printf "%s\n" "$$version" | head -n 1)"; \
		elif ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
			reason="is $$version, older than 3.11"; \
		elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
			reason="is $$version without venv or ensurepip (Debian, Ubuntu: apt install python3-venv)"; \
		elif ! output=$$("$$python" -m venv --clear .venv 2>&1); then \
			reason="is $$version, but made no environment: $$(printf "%s\n" "$$output" | tail -n 1)"; \
		else echo "Made .venv with $$python $$version"; exit 0; fi; \
		refused="$$refused$$(printf '\n  %s: %s' "$$python" "$$reason")"; \
	done; done; \
	rm -rf .venv; \
	printf 'No Python 3.11 or newer that can make an environment. Tried %s:%s\n' \
		"$(PYTHON_NAMES)" "$${refused:- none is on PATH}" >&2; exit 1
