# Everything that is done with this repository, on a machine with Python >= 3.11, make and access to the package index.
# The first target that needs it makes .venv and installs the package there; nothing else on the machine is changed.

VENV ?= .venv
PYTHON ?=
PYTEST_OPTIONS ?=
ROUNDS ?= 200
STORES ?= 20000
BATCHES ?= 50000
INPUTS ?= 50000
WALKS ?= 2000

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
COMPILERS := $(VENV)/.compilers
CODE := front store model datasets observation kernels sweeps results tests examples benchmarks docs
# pip's own notes (new versions of pip, index pages without a match) are not for the reader of `make`; errors still show.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
comma := ,

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types imports slow compiled processes readers chaos soak slurm browser ptx gpu facts house coverage damage golden figures ledger models experiments notebooks claims screen hindcast bench constraints minimum newest fuzz extras clean

help: ## list the targets
	@echo 'make TARGET, where TARGET is'
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 15

setup: $(INSTALLED) ## make .venv and install the package with all extras; the other targets do so when they need it

$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$("$$candidate" --version)"; \
	        exec "$$candidate" -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo 'No Python >= 3.11 with the modules venv and ensurepip was found (Debian: apt-get install python3-venv); name one with make PYTHON=/path/to/python3' >&2; \
	exit 1

# install EXTRAS: a version of Python without a constraints file takes the newest packages that pyproject.toml allows.
define install
	@constraints=constraints/$$($(BIN)/python -c 'import sys; print("py%d%d" % sys.version_info[:2])').txt; \
	if [ -f "$$constraints" ]; then \
	    echo "Installing tredegar[$(1)] at the versions of $$constraints (a minute)"; \
	    export PIP_CONSTRAINT="$$constraints"; \
	else \
	    echo "Installing tredegar[$(1)] at the newest versions, there being no $$constraints (a minute)"; \
	fi; \
	$(PIP) install --upgrade pip 'setuptools>=77' && $(PIP) install --no-compile --no-build-isolation --editable '.[$(1)]'
	@touch $@
endef

$(INSTALLED): pyproject.toml $(wildcard constraints/*.txt) | $(BIN)/python
	$(call install,all)

# Tests start hundreds of processes. Where Python is told to write no bytecode, each would compile every library anew.
define compile
	@$(1)/python -m compileall -q -q -j 0 $$($(1)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') >/dev/null || true
endef

$(TOOLS): $(INSTALLED)
	$(call install,test$(comma)check)
	$(call compile,$(BIN))

$(COMPILERS): $(TOOLS)
	$(call install,ptx)

# A store from other rules or another spec would be refused, as it should be: a demonstration then starts afresh.
demo/.started: examples/first.toml $(wildcard model/*.py model/*/*.py model/*.toml)
	@rm -rf demo && mkdir -p demo && touch $@

demo: $(INSTALLED) demo/.started ## sweep examples/first.toml, print a table, draw the map and say what it shows
	@$(BIN)/tredegar sweep examples/first.toml --out demo/first.zarr
	@$(BIN)/tredegar report demo/first.zarr --out demo
	@echo 'The map is demo/map.png, the whole report demo/index.html.'

# One thread of linear algebra in each of the processes: more of them than cores wait for each other.
test: $(TOOLS) ## run the tests (PYTEST_OPTIONS="-k word" for some of them)
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile $(PYTEST_OPTIONS)

check: lint types imports test ## everything a change must pass: style, types, direction of imports, tests

lint: $(TOOLS) ## ruff
	@echo 'Style'
	@$(BIN)/ruff check --quiet --output-format concise $(wildcard $(CODE))
	@$(BIN)/ruff format --quiet --check $(wildcard $(CODE))

# mypy and import-linter read an installed copy, as users have it: from the repository the folders would be seen under
# their bare names.
define install_a_copy
	@rm -rf build/lib build/installed
	@$(PIP) install --no-compile --no-deps --no-build-isolation --target build/installed .
endef

types: $(TOOLS) ## mypy, on an installed copy
	@echo 'Types'
	$(install_a_copy)
	@MYPYPATH=build/installed $(BIN)/mypy -p tredegar

imports: $(TOOLS) ## import-linter: who may import whom, on an installed copy
	@echo 'Direction of imports'
	$(install_a_copy)
	@PYTHONPATH=build/installed $(BIN)/lint-imports

slow: $(TOOLS) ## the stylised facts and other long tests
	@$(BIN)/pytest -m slow --timeout 3600 $(PYTEST_OPTIONS)

compiled: $(TOOLS) ## the tests that compile the rules anew: caches, own rules on the compiled engine
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(BIN)/pytest -m compiled -n auto --maxprocesses 4 --dist loadfile $(PYTEST_OPTIONS)

processes: $(TOOLS) ## sweeps that are killed, on clusters, in jobs and on slow or damaged disks
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(BIN)/pytest -m "processes and not (chaos or slow)" -n auto --maxprocesses 4 --dist loadfile $(PYTEST_OPTIONS)

readers: $(TOOLS) ## what readers of the documentation do: run the notebooks and the calls of docs/python.md, check types
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(BIN)/pytest -m readers -n auto --maxprocesses 4 $(PYTEST_OPTIONS)

chaos: $(TOOLS) ## kill, starve and corrupt sweeps at random; the store must come out the same (ROUNDS=200)
	@TREDEGAR_CHAOS_ROUNDS=$(ROUNDS) $(BIN)/pytest -m chaos --timeout 7200 $(PYTEST_OPTIONS)

soak: $(TOOLS) ## compute many tiny batches on one worker (half an hour); its memory must be flat (BATCHES=50000)
	@$(BIN)/python benchmarks/soak.py $(BATCHES)

damage: $(TOOLS) ## damage stores and archives in every way; none may read as whole and wrong (STORES=20000)
	@TREDEGAR_DAMAGED_STORES=$(STORES) $(BIN)/pytest -n auto --maxprocesses 4 --timeout 14400 tests/sweeps/store/test_damage.py $(PYTEST_OPTIONS)

fuzz: $(TOOLS) ## random specs, tables, options and walks; a call of the file system fails at every place (INPUTS=50000 WALKS=2000)
	@TREDEGAR_FUZZED_INPUTS=$(INPUTS) TREDEGAR_FUZZED_WALKS=$(WALKS) $(BIN)/pytest -m fuzz -n auto --maxprocesses 4 --timeout 14400 $(PYTEST_OPTIONS)

coverage: $(TOOLS) ## simulate intervals, bands and words with known truth and write docs/coverage.md (TRIALS=60 ROWS=3: print a part alone)
	@$(BIN)/python benchmarks/coverage.py $(if $(TRIALS)$(ROWS),$(if $(TRIALS),--trials $(TRIALS)) $(if $(ROWS),--rows $(ROWS)),--write)

slurm: $(TOOLS) ## the tests on a Slurm of one node and on one of three (root; Debian: slurmctld slurmd slurm-client munge iproute2 util-linux)
	@$(BIN)/pytest -m slurm --timeout 1200 $(PYTEST_OPTIONS)

browser: $(TOOLS) ## open the pages of report, claims and replay in a headless Chromium
	@$(BIN)/pytest -m browser $(PYTEST_OPTIONS)

ptx: $(COMPILERS) ## compile the GPU engine to PTX and execute it on the CPU (gcc needed)
	@$(BIN)/pytest -m ptx -n 2 --timeout 3600 $(PYTEST_OPTIONS)

gpu: $(TOOLS) ## the tests that need a GPU
	@$(BIN)/pytest -m gpu $(PYTEST_OPTIONS)

extras: $(TOOLS) ## install the extras for GPUs in empty environments and compile a kernel as far as it goes without a device (gigabytes)
	@$(BIN)/pytest -m extras --timeout 3600 $(PYTEST_OPTIONS)

facts: $(INSTALLED) ## the 86 arms of the table of stylised facts, to 1e-12 (FACTS_OPTIONS="--every 6" for some of them)
	@$(BIN)/python benchmarks/facts.py $(FACTS_OPTIONS)

house: $(TOOLS) ## measures of the structure: folders, circles, shapes, names, the way of one parameter
	@$(BIN)/python benchmarks/house.py

golden: $(INSTALLED) ## rewrite the golden values (then add a "Results change" line to CHANGELOG.md)
	@$(BIN)/python tests/golden/write.py

notebooks: $(TOOLS) ## run examples/*.ipynb again, which a test compares with what the code prints
	@$(BIN)/python docs/run_notebooks.py

figures: $(INSTALLED) ## draw docs/figures and write docs/validation.md again, from the specs in examples/ (minutes)
	@$(BIN)/python docs/draw_figures.py

ledger: $(INSTALLED) ## search 20,000 settings for the record (minutes) and write docs/ledger.md
	@$(BIN)/python docs/make_ledger.py

models: $(INSTALLED) ## after `make claims`: hold model 1 against model 2, by the record and claim by claim (half an hour), in docs/models.md
	@test -d build/claims || { echo 'error: the claims of model 2 are missing in build/claims; run make claims first' >&2; exit 1; }
	@$(BIN)/python docs/compare_models.py --run-claims build/claims-1
	@$(BIN)/python docs/compare_models.py --claims build/claims-1 build/claims

experiments: $(INSTALLED) ## run the experiments of history (minutes; stores in build/experiments) and write docs/experiments.md
	@$(BIN)/python docs/make_experiments.py

claims: $(INSTALLED) ## put the claims to the test (minutes) and write docs/claims.md, its tables and figures from the stores
	@$(BIN)/tredegar claims --size standard --out build/claims --docs docs/claims.md

screen: $(INSTALLED) ## halve and double every constant (some ten minutes; TIER=full: an hour) and write docs/screen.md
	@$(BIN)/tredegar screen --tier $(or $(TIER),standard) --out build/screen-$(or $(TIER),standard) --docs docs/screen.md

hindcast: $(INSTALLED) ## foretell a year of monthly access and write docs/hindcast.md, where TREDEGAR_DATA names the files
	@$(BIN)/tredegar hindcast --out build/hindcast --docs docs/hindcast.md

bench: $(INSTALLED) ## rates of all engines on the same runs, with their ratios
	@$(BIN)/python benchmarks/engines.py

constraints: $(BIN)/python ## rewrite constraints/ for this Python from an empty environment
	@rm -rf build/lib build/fresh && $(BIN)/python -m venv build/fresh
	@build/fresh/bin/python -m pip --disable-pip-version-check -qq install --upgrade pip 'setuptools>=77'
	@build/fresh/bin/python -m pip --disable-pip-version-check -qq install --no-compile --no-build-isolation '.[test,check,ptx]'
	@build/fresh/bin/python -c 'import sys; \
	    print("# Versions that the tests were run with on Python %d.%d. Made by `make constraints` in an empty environment; read the diff before committing." % sys.version_info[:2])' \
	    > build/constraints.txt
	@build/fresh/bin/python -m pip freeze --all --exclude pip --exclude tredegar >> build/constraints.txt
	@mv build/constraints.txt constraints/$$(build/fresh/bin/python -c 'import sys; print("py%d%d" % sys.version_info[:2])').txt
	@rm -rf build/fresh && git --no-pager diff --stat -- constraints

# Direct dependencies at their minima, all others at the versions of the file or, where it has none, at the newest.
minimum: $(BIN)/python ## run the tests with the oldest versions that pyproject.toml allows (Python 3.11) and list them in constraints/
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "The minima are those of Python 3.11: make minimum VENV=build/py311 PYTHON=python3.11")'
	@rm -rf build/minimum && mkdir -p build && cp constraints/minimum.txt build/minimum.txt && $(BIN)/python -m venv build/minimum
	@build/minimum/bin/python -m pip --disable-pip-version-check -qq install uv
	@build/minimum/bin/uv pip compile --quiet --python build/minimum/bin/python --resolution lowest-direct --extra test \
	    --no-annotate --custom-compile-command 'make minimum' --output-file build/minimum.txt pyproject.toml
	@cmp -s build/minimum.txt constraints/minimum.txt || cp build/minimum.txt constraints/minimum.txt
	@build/minimum/bin/uv pip install --quiet --python build/minimum/bin/python --requirement constraints/minimum.txt
	@build/minimum/bin/uv pip install --quiet --python build/minimum/bin/python --no-deps --no-build-isolation --editable .
	$(call compile,build/minimum/bin)
	@build/minimum/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(PYTEST_OPTIONS)

# Without a constraints file for it, at the newest versions of everything. pyenv's Pythons are not on the path.
newest: ## run the tests on the newest Python of this machine, in an environment of its own
	@newest=$$(for each in python3 python3.11 python3.12 python3.13 python3.14 python3.15 "$$(pyenv root 2>/dev/null)"/versions/3.1[1-9]*/bin/python3; do \
	    "$$each" -c 'import ensurepip, sys, venv; v = sys.version_info; v[3] == "final" and print("%03d %03d %s" % (v[1], v[2], sys.executable))' 2>/dev/null; \
	done | sort | tail -1 | cut -d' ' -f3-); \
	if [ -z "$$newest" ]; then echo 'No Python with the modules venv and ensurepip was found' >&2; exit 1; fi; \
	if [ "$$(build/newest/bin/python -VV 2>/dev/null)" != "$$("$$newest" -VV)" ]; then rm -rf build/newest; fi; \
	$(MAKE) --no-print-directory test VENV=build/newest PYTHON="$$newest"

clean: ## remove what make has made: .venv, build, demo and caches
	@rm -rf $(VENV) build dist demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find $(wildcard $(CODE)) -name __pycache__ -type d -prune -exec rm -rf {} +
