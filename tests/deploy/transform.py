"""Transform template.yaml for each line of standard input; a line of JSON answers each.

A line is `{"parameters": {...}, "function": {...}}`; the second replaces properties of the function.

Runs in the environment of requirements/deploy.txt, which cannot hold the service: `.venv/deploy/bin/python
transform.py template.yaml`. Left out: what is asserted.
"""

import json
import os
import sys
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

REGION = "eu-west-1"


class Policies:
    """No managed policy is known by name: the template must not need any."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(template: str, parameters: dict[str, Any], function: dict[str, Any]) -> dict[str, Any]:
    """The CloudFormation template that AWS would make of this one with these parameters."""
    parsed = yaml_parse(template)
    parsed["Resources"]["Function"]["Properties"].update(function)
    defaults = {name: entry["Default"] for name, entry in parsed["Parameters"].items() if "Default" in entry}
    given = {name: str(value) for name, value in {**defaults, **parameters}.items()}
    pseudo = {"AWS::Region": REGION, "AWS::AccountId": "123456789012", "AWS::Partition": "aws"}
    return transform(parsed, {**pseudo, **given}, Policies())


def main() -> None:
    os.environ["AWS_DEFAULT_REGION"] = REGION
    with open(sys.argv[1], encoding="utf-8") as file:
        template = file.read()
    for line in sys.stdin:
        print(json.dumps(transformed(template, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
