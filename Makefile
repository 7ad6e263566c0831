# Every target makes the checkout ready first; the first time takes a few minutes.
.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt bench soak statistics screens translations setup clean
BIN := .venv/bin

# Without a display the demonstration plays by itself; OUT is the folder it fills.
SCRIPTED ?= $(if $(DISPLAY)$(WAYLAND_DISPLAY),,1)
OUT ?= demo
# Arguments for pytest, such as T="-k claims", and how many tests run at a time: some wait more than they work.
T ?=
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make the virtual environment, install what is locked and what the system lacks
	@packaging/setup.sh

demo: setup ## run Tombola: an evening from the first ticket to the winner (SCRIPTED=1 OUT=DIR plays by itself)
	@$(BIN)/tombola-server demo $(if $(filter-out 0,$(SCRIPTED)),--scripted --out "$(OUT)")

test: setup lint ## lint, then run every test
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(T)

lint: setup ## ruff, mypy (strict) and the import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >/tmp/tombola-imports.$$$$ || { cat /tmp/tombola-imports.$$$$; exit 1; }; tail -n 2 /tmp/tombola-imports.$$$$; rm -f /tmp/tombola-imports.$$$$

fmt: setup ## put the sources into their form
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: setup ## measure what users wait for against the machine's floor; writes bench.json
	@$(BIN)/python -m tests.bench

soak: setup ## sell for hours at one kiosk and watch its memory
	@$(BIN)/python -m tests.bench.soak

statistics: setup ## put the draw's generator through statistical tests (20 minutes); writes docs/statistics.txt
	@$(BIN)/python -m tests.bench.randomness $(if $(LABEL),--label "$(LABEL)") $(if $(FULL),--full)

screens: setup ## write a picture of every screen of the kiosk, in every size and theme, to screens/
	@$(BIN)/python -m tests.unit.kiosk.ui_engine pictures screens

translations: setup ## collect the kiosk's sentences for its translators, and compile what they made
	@$(BIN)/python -m kiosk.ui.translate

clean: ## remove the virtual environment and what was made
	rm -rf .venv build dist demo screens bench.json .mypy_cache .ruff_cache
