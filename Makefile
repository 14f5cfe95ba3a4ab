# What each target needs, it makes. PYTHON=python3.12 picks the Python; TORCH=cpu the small CPU build.
# NAME=03_variational_autoencoders builds one notebook, deck or page; without it all are built.
PYTHON ?= python3
TORCH ?= auto
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet

.PHONY: env lab update test check style commits notebooks slides studies pages site figures checkpoints bench lock

LAB_SETTINGS := .venv/share/jupyter/lab/settings/overrides.d/course-utils.json

env: $(LAB_SETTINGS)

$(LAB_SETTINGS): .venv/.ready $(wildcard course_utils/lab/*)
	@$(BIN)/python tools/lab.py --install

.venv/.ready: requirements.lock pyproject.toml tools/env.py
	@command -v $(PYTHON) >/dev/null || { echo "make: no $(PYTHON) here; install Python 3.11 to 3.13, or name yours: make lab PYTHON=..." >&2; exit 1; }
	@$(PYTHON) tools/env.py $(TORCH)

lab: env
	@$(BIN)/python tools/lab.py

# Needs no environment: the new state may ask for another one, which the next target makes.
update:
	@$(or $(wildcard $(BIN)/python),$(PYTHON)) -m course_utils update

test: env node_modules
	$(BIN)/python tools/test.py

check: env node_modules
	$(BIN)/python tools/test.py check

style: env
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# Does each commit of BASE..HEAD stand alone? TESTS=1 runs the tests of what each touches.
commits: env
	$(BIN)/python tools/commits.py $(BASE)..HEAD $(if $(TESTS),--tests)

notebooks: env
	$(BIN)/python tools/notebooks.py $(NAME)
	$(if $(NAME),,$(BIN)/python tools/capstone.py)
	$(BIN)/python tools/teaching.py

slides: env node_modules
	$(BIN)/python tools/slides.py $(NAME) && $(BIN)/python tools/index.py && $(BIN)/python tools/teaching.py

studies: env node_modules
	$(BIN)/python tools/slides.py --studies $(NAME)

pages: env node_modules
	$(BIN)/python tools/pages.py $(NAME) && $(BIN)/python tools/index.py

site: slides pages
	$(BIN)/python tools/site.py $(if $(HANDOUTS),--handouts $(HANDOUTS))

figures: env
	$(BIN)/python tools/figures.py $(NAME)

checkpoints: env
	$(BIN)/python -m course_utils recipes | cut -d" " -f1 | xargs -n 1 $(BIN)/python -m course_utils train

bench: .venv/.bench
	$(BIN)/python -m bench

# What bench compares with; the environment's own packages stay as requirements.lock has them.
.venv/.bench: requirements-bench.lock .venv/.ready
	$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

lock: env
	$(COMPILE) --extra dev $(UPGRADE) -o requirements.lock
	$(COMPILE) --extra bench $(UPGRADE) -c requirements.lock -o requirements-bench.lock
	$(BIN)/python tools/lock.py

node_modules: package-lock.json
	@command -v npm >/dev/null || { echo "make: the decks need Node.js 18 or newer with npm, and neither is on the PATH." >&2; exit 1; }
	npm ci --silent --no-fund --no-audit && touch node_modules
