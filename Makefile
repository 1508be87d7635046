# Everything a person does here is one of these words. Each makes its virtual environment first.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test check style live bench pictures clean venv

demo: $(STAMP)            ## open the program on its embedded demo fleet
	@$(BIN)/fleetui --demo

test: $(STAMP)            ## run the tests that need nothing but Python
	$(BIN)/pytest --cov --cov-report=term

check: style test         ## style, types, the import rules, and then the tests

style: $(STAMP)           ## style, types and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

live: $(STAMP)            ## run the tests that start and break real servers
	$(BIN)/pytest -p no:cacheprovider --override-ini addopts="-q --strict-markers" tests/live

bench: $(STAMP)           ## drive the real program in a terminal and print goal beside figure
	$(BIN)/python -m tests.bench

pictures: $(STAMP)        ## draw the pictures in docs/ from the demo fleet
	$(BIN)/python -m tests.pictures

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:                    ## remove what was built
	rm -rf $(VENV) dist build .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
