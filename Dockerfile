# Two images of the service; docs/image.md says how to build and run them.
#   lambda   for AWS Lambda
#   server   for any container host, on port 8080; the default
# Each has its bytecode compiled by its own Python, never rewritten and never checked at start: the files in an
# image do not change. Packages and code are layers of their own, so that a change of code uploads little.
ARG LAMBDA_BASE=public.ecr.aws/lambda/python:3.13
ARG SERVER_BASE=gcr.io/distroless/python3-debian12:nonroot

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
