# Everything a developer runs. `make demo` needs Python 3.11+ and make, nothing else.
#
# One environment, .venv, that grows: demo installs requirements-sandbox.lock, test and lint
# install requirements-dev.lock, which holds all of it and more. Stamps make a second run instant.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
BIN := .venv/bin
STAMPS := .venv/stamps
UV := $(BIN)/uv
# W3005: CDK writes DependsOn beside references that say the same already.
# W3010: the lab names its zones; its Region is fixed by snapkeep.yaml.
CFN_LINT_IGNORED := W3005 W3010
# The lab cluster with all that can be asked for (docs/lab.md), to prove its stack beside the product's.
LAB := {"lab": "myeks", "lab_domain": "example.com", "lab_visitors": "203.0.113.0/24"}
# The example of a vault (docs/vault.md).
VAULT := {"config": "docs/vault.yaml", "stack": "SnapkeepVault"}
LOCKS := bootstrap node go runtime encryption filesystems sandbox dev emulator awscli naive

export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
# Images for CI often set it; then each process compiles aws_cdk and all else that it imports, every time.
unexport PYTHONDONTWRITEBYTECODE

# The full environment serves the demo as well; only without one is the small one made.
DEMO_READY := $(if $(wildcard $(STAMPS)/dev),$(STAMPS)/dev,$(STAMPS)/sandbox)

KUBERNETES ?= 1.36

.PHONY: api bench clean control-plane demo demo-stop docs e2e help lint lint-style lint-templates lint-types lock mutants openapi screenshots synth synth-lab test test-slow wheel

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(DEMO_READY) ## Deploy into a laptop-sized EKS and back up WordPress (KEEP=1 leaves it running)
	$(BIN)/python -m sandbox.demo $(if $(KEEP),--keep)

demo-stop: $(DEMO_READY) ## Stop what `make demo KEEP=1` left running
	$(BIN)/python -m sandbox.demo --stop

# Of the time of each worker, a fifth is spent waiting for servers: one more than two cores keeps both busy.
test: $(STAMPS)/dev ## Run what a change needs (under 10 minutes)
	$(BIN)/pytest -n 3 -m "not slow" $(ARGS)

test-slow: $(STAMPS)/browser $(STAMPS)/emulator $(STAMPS)/awscli $(STAMPS)/filesystems ## Run the long tests: fuzzing, whole flows at scale, commands of the documentation
	$(BIN)/pytest -n 2 -m slow $(ARGS)

control-plane: $(STAMPS)/dev
	$(BIN)/python -m tests.e2e.building $(KUBERNETES)

e2e: control-plane ## Test on a real Kubernetes control plane, built on the first run (KUBERNETES=1.36)
	SNAPKEEP_E2E_KUBERNETES=$(KUBERNETES) $(BIN)/pytest tests/e2e --durations=0 --durations-min=1 $(ARGS)

bench: $(STAMPS)/dev ## Measure speed, scale and cost (ARGS="account work" selects), beside the last run
	$(BIN)/python -m bench $(ARGS)

mutants: $(STAMPS)/dev ## Put 100 random mistakes into critical code, and count those that tests catch
	$(BIN)/python -m tests.mutants $(ARGS)

# mypy takes most of the time, on one core: the other checks run beside it.
lint: $(STAMPS)/dev ## Check style, types, who imports whom, and the synthesized templates
	+$(MAKE) -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) lint-types lint-style lint-templates

lint-types: $(STAMPS)/dev
	$(BIN)/mypy

lint-style: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

lint-templates: $(STAMPS)/dev
	CDK_VALIDATION=false CDK_OUTDIR=.build/lint CDK_CONTEXT_JSON='$(LAB)' $(BIN)/python app.py
	CDK_VALIDATION=false CDK_OUTDIR=.build/lint.vault CDK_CONTEXT_JSON='$(VAULT)' $(BIN)/python app.py
	$(BIN)/cfn-lint --ignore-checks $(CFN_LINT_IGNORED) -- .build/lint*/*.template.json deploy/chat.yaml

synth: $(DEMO_READY) ## Write the cloud assembly to .build/cdk.out, validated
	CDK_OUTDIR=.build/cdk.out $(BIN)/python app.py

synth-lab: $(STAMPS)/dev ## Write the assembly of the example with its lab cluster to .build/cdk.lab, validated
	CDK_OUTDIR=.build/cdk.lab CDK_CONTEXT_JSON='$(LAB)' $(BIN)/python app.py

docs: synth ## Regenerate what comes from the code: settings, permissions, events, metrics, commands, the schema, deploy/
	$(BIN)/python -m docs.tables .build/cdk.out/Snapkeep.template.json
	$(BIN)/python -m docs.events
	$(BIN)/python -m docs.metrics
	$(BIN)/python -m docs.commands
	$(BIN)/snapkeep schema > .build/schema.json
	mv .build/schema.json docs/snapkeep.schema.json
	$(BIN)/snapkeep manifests --cluster myeks --kustomize deploy/snapkeep

api: $(STAMPS)/dev ## Serve the API over sample data, with Swagger UI, on http://127.0.0.1:8000
	$(BIN)/python -m tests.local_api $(ARGS)

openapi: $(STAMPS)/dev ## Regenerate the API's description, docs/openapi.json
	$(BIN)/python -m tests.local_api --describe docs/openapi.json

lock: $(STAMPS)/uv ## Resolve all dependencies again into requirements-*.lock
	for group in $(LOCKS); do \
		$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--group $$group -o requirements-$$group.lock $$([ $$group != emulator ] || echo --no-deps); \
	done

wheel: $(DEMO_READY) ## Build the wheel of the command, for `pip install`, into .build/wheel
	$(UV) build --quiet --wheel --no-build-isolation --out-dir .build/wheel

screenshots: $(STAMPS)/browser ## Retake the README's pictures with the browser's tests
	SNAPKEEP_SCREENSHOTS=docs/images $(BIN)/pytest -q -m slow tests/integration/test_report_page.py

clean: ## Delete what was built; the environment stays
	rm -rf .build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# --- the environment -------------------------------------------------------------------------

$(STAMPS)/uv: requirements-bootstrap.lock
	$(if $(PYTHON),,$(error Snapkeep needs Python 3.11 or newer as `python3` on PATH, or: make PYTHON=/path/to/python))
	@# A pip of its own, which --without-pip saves, takes longer to install than all else here.
	if $(PYTHON) -c 'import pip; assert tuple(map(int, pip.__version__.split(".")[:2])) >= (22, 3)' 2>/dev/null; then \
		$(PYTHON) -m venv --clear --without-pip .venv; pip="$(PYTHON) -m pip --python .venv"; \
	else \
		$(PYTHON) -m venv --clear .venv; pip="$(BIN)/python -m pip"; \
	fi; \
	$$pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/dev: tests/unit/infra/iam/package-lock.json

# aws-cdk-lib and aws-cdk-cloud-assembly-schema both bring aws_cdk/cloud_assembly_schema. With the types of the
# second jsii cannot read the messages of an assembly, and uv installs in any order: so the second comes first.
$(STAMPS)/sandbox $(STAMPS)/dev: $(STAMPS)/%: requirements-%.lock requirements-node.lock pyproject.toml $(STAMPS)/uv
	$(UV) pip uninstall --quiet aws-cdk-lib aws-cdk-cloud-assembly-schema
	awk '/^[^ ]/ { on = /^aws-cdk-cloud-assembly-schema==/ } on' requirements-$*.lock | \
		$(UV) pip install --quiet --no-deps --require-hashes -r -
	$(UV) pip sync --quiet --require-hashes requirements-$*.lock
	.ci/compile-cdk & \
		$(UV) pip install --quiet --no-deps --no-build-isolation --editable . && wait $$!
	.ci/install-node
	$(if $(filter dev,$*),.ci/install-iam-simulator)
	touch $@

$(STAMPS)/emulator $(STAMPS)/awscli: $(STAMPS)/%: requirements-%.lock $(STAMPS)/uv
	rm -rf .venv/$*
	$(UV) pip install --quiet --require-hashes --no-deps --target .venv/$* -r requirements-$*.lock
	touch $@

$(STAMPS)/browser: tests/browser/package-lock.json .ci/install-browser $(STAMPS)/dev
	.ci/install-browser
	touch $@

$(STAMPS)/filesystems: .ci/install-filesystems $(STAMPS)/dev
	.ci/install-filesystems
	touch $@
