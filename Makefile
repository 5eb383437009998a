# The one way in. `make help` lists what there is.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first Python from 3.11 to 3.13 that has pip; PYTHON=... chooses another.
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done),\
	$(error Python 3.11, 3.12 or 3.13 with pip is needed; name one with PYTHON=...))
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
STACK ?= undertone
TAG ?= $(shell git describe --always --dirty --abbrev=12)
ARCHITECTURE ?= x86_64
PLATFORM_x86_64 := amd64
PLATFORM_arm64 := arm64
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet --no-deps --require-hashes
LOCK := ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
SAM := SAM_CLI_TELEMETRY=0 $(VENV)/deploy/bin/sam

.PHONY: help install serve predict train train-smoke behave test test-rehearsals lint format check push deploy test-lambda bench lambda \
	loadtest plan locust reviews translation-quality rehearse launch-example \
	workbench-example workbench-conformance workbench-oltp image batch-image workbench-images image-test lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 28

install: $(VENV)/.serve ## install what serving needs into .venv

serve: $(VENV)/.serve ## start the service on HOST:PORT (127.0.0.1:8000); TASK=reviews serves classes of your own
	@$(if $(TASK),export UNDERTONE_TASK='$(TASK)';) HOST='$(HOST)' PORT='$(PORT)' exec $(BIN)/python -m app

predict: export UNDERTONE_TEXT = $(value TEXT)
predict: $(VENV)/.serve ## classify TEXT="...", or each line of standard input; TASK=reviews asks classes of your own
	@if [ -n "$$UNDERTONE_TEXT" ]; then exec $(BIN)/python -m textmodel predict $(call option,TASK,task) -- "$$UNDERTONE_TEXT"; \
	else exec $(BIN)/python -m textmodel predict $(call option,TASK,task); fi

train: $(VENV)/.train ## train on DATA=path/to/all-data.csv, or on your own: DATA=reviews.csv TEXT=body LABEL=stars TASK=reviews
	@if [ -z '$(DATA)' ]; then echo 'make train DATA=path/to/all-data.csv' >&2; \
	echo 'make train DATA=reviews.csv TEXT=column LABEL=column TASK=name' >&2; exit 2; fi
	@exec $(BIN)/python -m model_training '$(or $(TASK),sentiment)' --data '$(DATA)' \
	$(call option,TEXT,text) $(call option,LABEL,label) $(ARGS)

train-smoke: $(VENV)/.train ## train in brief on made-up rows, into build/smoke
	@mkdir -p build && for n in $$(seq 30); do printf 'positive,Profit rose by %s .\rneutral,There were %s meetings .\rnegative,Sales fell by %s .\r' \
	$$n $$n $$n; done >build/smoke.csv
	@$(BIN)/python -m model_training sentiment --data build/smoke.csv --out build/smoke \
	--folds 2 --split-seeds 0 --epochs 2 --jobs 1 --without-behaviour --replace

behave: $(VENV)/.serve ## test the artifact's behaviour, group by group; ARGS=--failures shows what failed
	@$(BIN)/python -m model_training.behaviour $(ARGS)

test: $(VENV)/.dev $(VENV)/.deploy ## run the tests, JOBS (3) at a time, as some wait; ARGS goes to pytest
	@$(BIN)/python -m pytest -n $(or $(JOBS),3) --dist worksteal $(ARGS)

test-rehearsals: $(VENV)/.dev ## run the long tests that `make test` leaves out: faults at every step on a rehearsed AWS
	@$(BIN)/python -m pytest -n $(or $(JOBS),3) --dist worksteal -m rehearsal $(ARGS)

lint: $(VENV)/.dev ## find mistakes of style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev ## mend mistakes of style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: lint $(VENV)/.deploy ## lint, and check the types, the template, the workflows and the Dockerfile
	@$(BIN)/mypy
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@AWS_DEFAULT_REGION=us-east-1 $(VENV)/deploy/bin/cfn-lint batch/template.yaml launcher/templates/*.yaml workbench/template.yaml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/zizmor --offline --quiet .github
	@$(BIN)/hadolint Dockerfile

# Deployment; docs/deploy.md. ECR is a repository's address: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/undertone
push: ## build the Lambda image and push it to ECR=... as TAG (the commit)
	@if [ -z '$(ECR)' ]; then echo 'make push ECR=account.dkr.ecr.region.amazonaws.com/repository' >&2; exit 2; fi
	@aws ecr get-login-password | $(ENGINE) login --username AWS --password-stdin '$(firstword $(subst /, ,$(ECR)))'
	@BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(ENGINE) build $(IMAGE_FLAGS) --platform linux/$(PLATFORM_$(ARCHITECTURE)) \
	--target lambda -t '$(ECR):$(TAG)' .
	@$(ENGINE) push --quiet '$(ECR):$(TAG)'

deploy: $(VENV)/.deploy ## deploy the image TAG of ECR=...; PARAMETERS="MemoryMb=1024 ..." are the template's
	@if [ -z '$(ECR)' ]; then echo 'make deploy ECR=account.dkr.ecr.region.amazonaws.com/repository' >&2; exit 2; fi
	@$(SAM) deploy --stack-name '$(STACK)' --image-repository '$(ECR)' --parameter-overrides \
	'ImageUri=$(ECR):$(TAG)' 'BuildId=$(TAG)' 'Architecture=$(ARCHITECTURE)' $(PARAMETERS)

test-lambda: ## ask the deployed FUNCTION (the stack's live alias) in every direct form
	@function='$(FUNCTION)'; exec tests/deploy/invoke.sh "$${function:-$$(aws cloudformation describe-stacks --stack-name '$(STACK)' \
	--query "Stacks[0].Outputs[?OutputKey=='FunctionName'].OutputValue" --output text)}"

bench: $(VENV)/.dev ## measure side by side and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

# Load tests; docs/loadtest.md. Each setting is an option of the command; what is not set has its default.
option = $(if $($(1)),--$(2) '$($(1))')

lambda: PORT := 9000
lambda: $(VENV)/.loadtest ## start a local Lambda of CONCURRENCY (4) environments on PORT (9000)
	@exec $(BIN)/python -m loadtest.local_lambda --concurrency '$(or $(CONCURRENCY),4)' --port '$(PORT)' $(ARGS)

loadtest: $(VENV)/.loadtest ## step the CONCURRENCY (1,2,4,8), write loadtest/report; fails where P99_MS or SUCCESS is missed
	@exec $(BIN)/python -m loadtest.run $(call option,TARGET,target) $(call option,DOOR,door) $(call option,SHAPE,shape) \
	$(call option,CONCURRENCY,concurrency) $(call option,RATE,rate) $(call option,SECONDS,seconds) $(call option,BURST,burst) \
	$(call option,RETRIES,retries) $(call option,PROCESSES,processes) $(call option,RPS,want-rps) \
	$(call option,P99_MS,p99-ms) $(call option,SUCCESS,success) $(ARGS)

plan: $(VENV)/.loadtest ## tell the concurrency, the memory and the price of RPS requests a second within P99_MS
	@if [ -z '$(RPS)' ] || [ -z '$(P99_MS)' ]; then echo 'make plan RPS=10000 P99_MS=50' >&2; exit 2; fi
	@exec $(BIN)/python -m loadtest.plan --rps '$(RPS)' --p99-ms '$(P99_MS)' $(ARGS)

locust: $(VENV)/.loadtest ## open locust's web page for TARGET (http://127.0.0.1:8000); ARGS goes to locust
	@exec $(BIN)/locust -f loadtest/locustfile.py --web-host 127.0.0.1 --host '$(or $(TARGET),http://127.0.0.1:8000)' $(ARGS)

# Reviews; docs/reviews.md.
reviews: $(VENV)/.reviews ## translate and score the reviews of INPUT=path into OUT (reviews.db)
	@if [ -z '$(INPUT)' ]; then echo 'make reviews INPUT=path OUT=reviews.db' >&2; exit 2; fi
	@exec $(BIN)/python -m batch run --input '$(INPUT)' --store '$(or $(OUT),reviews.db)' $(ARGS)

translation-quality: $(VENV)/.reviews ## measure how much tone survives translation; ARGS="--file F --engines auto --json"
	@exec $(BIN)/python -m batch translation-quality $(ARGS)

rehearse: $(VENV)/.dev ## run a whole job of AWS Batch here, with spot losses, kills and throttles; STORE=postgresql://... or ARGS=--postgres
	@exec $(BIN)/python -m batch rehearse $(call option,STORE,store) $(ARGS)

# Launcher; docs/launcher.md.
launch-example: $(VENV)/.launcher ## run the sample project on this machine; ARGS="--engine aws" on AWS
	@exec $(BIN)/python -m launcher run launcher/example/weather -i launcher/example/readings -o build/weather --replace $(ARGS)

# Workbench; docs/workbench.md.
workbench-example: $(VENV)/.workbench ## go an analyst's whole way once; DATA=folder with goemotions/ and shakespeare/
	@exec $(BIN)/python -m workbench example --out '$(or $(OUT),workbench-example)' $(call option,DATA,data) $(ARGS)

workbench-conformance: $(VENV)/.dev ## every expression on DuckDB, PostgreSQL and Spark, with times
	@exec $(BIN)/python -m tests.workbench.engines.measure $(ARGS)

workbench-oltp: $(VENV)/.workbench ## the database's latency with and without fifteen analysts
	@exec $(BIN)/python -m workbench.oltp $(ARGS)

# Images; docs/image.md. ENGINE is docker or podman, IMAGE_FLAGS go to its build.
ENGINE ?= $(shell for e in docker podman; do $$e info >/dev/null 2>&1 && echo $$e && break; done)
IMAGE_FLAGS ?=

image: ## build the images undertone:lambda and undertone, the server
	@if [ -z '$(ENGINE)' ]; then echo 'docker or podman is needed, running; name one with ENGINE=...' >&2; exit 2; fi
	@BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(ENGINE) build $(IMAGE_FLAGS) --target lambda -t undertone:lambda .
	@BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(ENGINE) build $(IMAGE_FLAGS) --target server -t undertone:server -t undertone .

batch-image: ## build the image undertone:batch, for reviews on AWS Batch
	@$(ENGINE) build $(IMAGE_FLAGS) --target batch -t undertone:batch .

workbench-images: ## build the images undertone:workbench and undertone:workbench-loader, for AWS Batch and Lambda
	@BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(ENGINE) build $(IMAGE_FLAGS) --target workbench-loader -t undertone:workbench-loader .
	@$(ENGINE) build $(IMAGE_FLAGS) --target workbench -t undertone:workbench .

image-test: $(VENV)/.dev ## build the images and test them in containers; STAND_IN=script makes bases that cannot be pulled
	@STAND_IN='$(STAND_IN)' tests/image/run.sh

lock: $(VENV)/.dev ## write requirements/*.txt anew from *.in
	@cd requirements && export UV_CUSTOM_COMPILE_COMMAND='make lock' && $(LOCK) serve.in -o serve.txt && \
	$(LOCK) -c serve.txt lambda.in -o lambda.txt && $(LOCK) -c serve.txt server.in -o server.txt && $(LOCK) pip.in -o pip.txt && \
	$(LOCK) -c serve.txt -c lambda.txt train.in -o train.txt && $(LOCK) -c train.txt -c lambda.txt loadtest.in -o loadtest.txt && \
	$(LOCK) -c train.txt -c loadtest.txt reviews.in -o reviews.txt && $(LOCK) -c reviews.txt neural.in -o neural.txt && $(LOCK) -c reviews.txt launcher.in -o launcher.txt && \
	$(LOCK) -c train.txt -c reviews.txt workbench.in -o workbench.txt && $(LOCK) -c workbench.txt spark.in -o spark.txt && \
	$(LOCK) -c train.txt -c lambda.txt -c loadtest.txt -c neural.txt -c launcher.txt -c spark.txt dev.in -o dev.txt && \
	$(LOCK) deploy.in -o deploy.txt

clean: ## remove the environment, caches and build products
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis .staging-*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. Each stamp is one set of requirements; a later set holds the earlier ones.
$(BIN)/python:
	@$(PYTHON) -m pip --version >/dev/null || { echo '$(PYTHON) has no pip' >&2; exit 2; }
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.serve: requirements/serve.txt | $(BIN)/python
	@echo 'Installing what serving needs (once) ...' >&2
	@$(INSTALL) -r $< && touch $@

$(VENV)/.train: requirements/train.txt | $(BIN)/python
	@echo 'Installing what training needs (once) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $@

$(VENV)/.loadtest: requirements/loadtest.txt | $(BIN)/python
	@echo 'Installing what load tests need (once) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $@

$(VENV)/.launcher: requirements/launcher.txt | $(BIN)/python
	@echo 'Installing what the launcher needs (once) ...' >&2
	@$(INSTALL) -r $< && touch $@

$(VENV)/.workbench: requirements/workbench.txt | $(BIN)/python
	@echo 'Installing what the workbench needs (once, about a minute) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $(VENV)/.train $@

$(VENV)/.reviews: requirements/reviews.txt | $(BIN)/python
	@echo 'Installing what reviews need (once) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo 'Installing what tests and checks need (once, about two minutes) ...' >&2
	@$(INSTALL) -r $< && touch $(VENV)/.serve $(VENV)/.train $(VENV)/.loadtest $(VENV)/.reviews $(VENV)/.launcher $(VENV)/.workbench $@

# What deploys, in an environment of its own.
$(VENV)/.deploy: requirements/deploy.txt | $(BIN)/python
	@echo 'Installing what checks and deploys the template (once) ...' >&2
	@$(PYTHON) -m venv --without-pip $(VENV)/deploy
	@$(subst $(BIN),$(VENV)/deploy/bin,$(INSTALL)) -r $< && touch $@
