#!/usr/bin/env bash
# Builds the images and tests them in containers; what `make image-test` runs.
#   STAND_IN=path   optional: a script that makes base images where the real ones cannot be pulled, and prints
#                   assignments of LAMBDA_BASE, SERVER_BASE and PODMAN_BUILD_FLAGS
# Where there is neither an engine nor a stand-in it says "skipped" and exits with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "image-test: skipped: $1"
  exit 0
}

flags=
if [ -n "${STAND_IN:-}" ]; then
  log=$(mktemp)
  assignments=$(bash "$STAND_IN" 2>"$log") || skip "the stand-in bases could not be made: $(tail -n 1 "$log")"
  rm -f "$log"
  eval "$assignments"
  engine=podman
  flags="${PODMAN_BUILD_FLAGS:-} --build-arg LAMBDA_BASE=$LAMBDA_BASE --build-arg SERVER_BASE=$SERVER_BASE"
  BATCH_BASE=${BATCH_BASE:-$LAMBDA_BASE} # Debian too
  flags+=" --build-arg BATCH_BASE=$BATCH_BASE"
else
  engine=
  for candidate in docker podman; do
    if command -v "$candidate" >/dev/null && "$candidate" info >/dev/null 2>&1; then
      engine=$candidate
      break
    fi
  done
  [ -n "$engine" ] || skip "neither docker nor podman runs here, and STAND_IN names no stand-in"
  while read -r base; do
    timeout 300 "$engine" pull --quiet "$base" >/dev/null 2>&1 || skip "$base cannot be pulled, and STAND_IN names no stand-in"
  done < <(sed -n 's/^ARG [A-Z]*_BASE=//p' Dockerfile)
fi

begun=$SECONDS
make --no-print-directory image batch-image ENGINE="$engine" IMAGE_FLAGS="--quiet $flags"
echo "image-test: built in $((SECONDS - begun)) s"
for target in lambda server batch; do
  size=$("$engine" image inspect --format '{{.Size}}' "undertone:$target")
  base=$("$engine" image inspect --format '{{.Size}}' "$(target=${target^^} && base=${target}_BASE && echo "${!base:-$(sed -n "s/^ARG $base=//p" Dockerfile)}")")
  echo "image-test: undertone:$target is $((size / 1000000)) MB, $(((size - base) / 1000000)) MB of them on top of its base"
done
IMAGE_ENGINE=$engine exec .venv/bin/python -m pytest tests/image
