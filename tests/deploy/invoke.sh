#!/bin/sh
# Ask a deployed function in every direct form; stops at the first answer that is wrong.
#   invoke.sh FUNCTION      a name or ARN, with its alias; needs the AWS CLI 2 and its credentials
set -eu
function=$1
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

ask() { # payload, what its answer holds
    failed=$(aws lambda invoke --function-name "$function" --cli-binary-format raw-in-base64-out \
        --payload "$1" --query FunctionError --output text "$answer")
    if [ "$failed" != None ] || ! tr -d ' \n' <"$answer" | grep -qF -- "$2"; then
        printf '%s: expected an answer with %s, found\n%s\n' "$1" "$2" "$(cat "$answer")" >&2
        exit 1
    fi
    printf '%s -> %s\n' "$1" "$(cat "$answer")"
}

ask '{"warmup": true}' '"warm":true'
ask '{"text": "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn"}' '"label":"positive"'
ask '{"texts": ["Sales fell.", 42]}' '"errors":[{"index":1,'
ask '{"payload": "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn"}' '"Categories":"positive"'
ask '{"text": 42}' '"status":422'
