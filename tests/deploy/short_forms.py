"""Templates as they are written, with CloudFormation's short forms: `!Ref X` is {"Ref": "X"}.

Left out: what a template comes to (`stack`).
"""

from typing import Any

import yaml

from tests.deploy.stack import Node


class _Loader(yaml.SafeLoader):
    """YAML whose tags are CloudFormation's."""


def _short(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Node:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short)


def read(text: str) -> Node:
    """The template that a text is."""
    found: Node = yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader
    return found
