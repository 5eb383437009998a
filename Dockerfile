# Two images of the service, docs/image.md says how to build and run them, one for reviews, docs/batch-aws.md, and two
# for the workbench, docs/workbench-aws.md.
#   lambda            for AWS Lambda
#   batch             for AWS Batch: fetches its code by a manifest and runs it
#   workbench-loader  for AWS Lambda: loads outputs into the database
#   workbench         for AWS Batch: any command of the workbench
#   server            for any container host, on port 8080; the default
# Each has its bytecode compiled by its own Python, never rewritten and never checked at start: the files in an
# image do not change. Packages and code are layers of their own, so that a change of code uploads little.
ARG LAMBDA_BASE=public.ecr.aws/lambda/python:3.13
ARG SERVER_BASE=gcr.io/distroless/python3-debian12:nonroot
ARG BATCH_BASE=docker.io/library/python:3.13-slim-bookworm

# The installer, by the one that the base brings. The server's base has none.
FROM ${LAMBDA_BASE} AS installer
WORKDIR /build
COPY requirements/pip.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --target pip -r pip.txt

FROM installer AS lambda-build
ENV PYTHONPATH=/build/pip
COPY requirements/lambda.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --only-binary=:all: --target packages -r lambda.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash packages
COPY textmodel code/textmodel
COPY app code/app
RUN python3 -m compileall -q --invalidation-mode unchecked-hash code

# No USER: Lambda runs an image as a user of its own.
FROM ${LAMBDA_BASE} AS lambda
COPY --from=lambda-build /build/packages ${LAMBDA_TASK_ROOT}/
COPY --chmod=755 vectorizer ${LAMBDA_TASK_ROOT}/vectorizer
COPY --chmod=755 saved_model ${LAMBDA_TASK_ROOT}/saved_model
COPY --from=lambda-build --chmod=755 /build/code ${LAMBDA_TASK_ROOT}/
CMD ["app.lambda_handler.handler"]

FROM ${BATCH_BASE} AS batch-installer
WORKDIR /build
COPY requirements/pip.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --target pip -r pip.txt
ENV PYTHONPATH=/build/pip

# apertium is a program of its own beside ours (GPL); the code comes from S3 at run time, so an image serves many plans.
FROM batch-installer AS batch-build
COPY requirements/reviews.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --only-binary=:all: --target packages -r reviews.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash packages

FROM ${BATCH_BASE} AS batch
# hadolint ignore=DL3008  # Debian's stable release pins them; no other version is to be had
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends apertium apertium-cat-ita apertium-eng-cat \
    apertium-eng-spa apertium-es-pt apertium-fr-es && rm -rf /var/lib/apt/lists/*
WORKDIR /undertone
COPY --from=batch-build /build/packages packages
COPY --chmod=644 batch/fetch.py ./
ENV PYTHONPATH=/undertone/packages PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
ENTRYPOINT ["python3", "/undertone/fetch.py"]
CMD ["shard"]

# No USER: Lambda runs an image as a user of its own. The packages are those of reviews, which has all that loading needs.
FROM installer AS workbench-loader-build
ENV PYTHONPATH=/build/pip
COPY requirements/reviews.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --only-binary=:all: --target packages -r reviews.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash packages
COPY store code/store
COPY workbench code/workbench
RUN python3 -m compileall -q --invalidation-mode unchecked-hash code

FROM ${LAMBDA_BASE} AS workbench-loader
COPY --from=workbench-loader-build /build/packages ${LAMBDA_TASK_ROOT}/
COPY --from=workbench-loader-build --chmod=755 /build/code ${LAMBDA_TASK_ROOT}/
CMD ["workbench.loader.handler"]

FROM batch-installer AS workbench-build
COPY requirements/workbench.txt ./
RUN python3 -m pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --require-hashes --no-compile \
    --only-binary=:all: --target packages -r workbench.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash packages

# Its folder is the job's own: extracts, and pairs that it trains.
FROM ${BATCH_BASE} AS workbench
RUN install -d -o 65532 -g 65532 /undertone
WORKDIR /undertone
COPY --from=workbench-build /build/packages /packages
COPY --chown=65532:65532 vectorizer vectorizer
COPY --chown=65532:65532 saved_model saved_model
COPY textmodel textmodel
COPY model_training model_training
COPY store store
COPY workbench workbench
ENV PYTHONPATH=/undertone:/packages PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/undertone
USER 65532:65532
ENTRYPOINT ["python3", "-m", "workbench.container"]
CMD ["--help"]

# The server's base has no shell.
FROM ${SERVER_BASE} AS server-build
# hadolint ignore=DL3002  # to write; the image itself starts from the base again
USER 0:0
WORKDIR /build
COPY --from=installer /build/pip pip
ENV PYTHONPATH=/build/pip
COPY requirements/server.txt ./
RUN ["python3", "-m", "pip", "install", "--quiet", "--root-user-action=ignore", "--no-cache-dir", "--no-deps", "--require-hashes", "--no-compile", "--only-binary=:all:", "--target", "packages", "-r", "server.txt"]
# hadolint ignore=DL3059  # without a shell a RUN is one command
RUN ["python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "packages"]
COPY textmodel code/textmodel
COPY app code/app
RUN ["python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "code"]

FROM ${SERVER_BASE} AS server
WORKDIR /undertone
COPY --from=server-build /build/packages ./
COPY --chmod=755 vectorizer vectorizer
COPY --chmod=755 saved_model saved_model
COPY --from=server-build --chmod=755 /build/code ./
ENV PYTHONPATH=/undertone PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["python3", "-m", "app.workers"]
