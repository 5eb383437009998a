"""A transformed template as plain values: parameters, conditions and maps resolved, other resources by name.

`<Function>` stands for what a reference to the resource Function gives, `<Function.Arn>` for its attribute.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

Node = dict[str, Any]
_PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackName": "undertone",
    "AWS::URLSuffix": "amazonaws.com",
}
_NOTHING = object()


class Stack:
    """The resources that CloudFormation would make of a template and its parameters."""

    def __init__(self, template: Node, given: Node) -> None:
        self.template = template
        defaults = {name: entry.get("Default") for name, entry in template["Parameters"].items()}
        self.parameters = {name: str(value) for name, value in {**_PSEUDO, **defaults, **given}.items()}

    @cached_property
    def resources(self) -> Node:
        """By name, without those whose condition does not hold."""
        found = self.template["Resources"].items()
        return {n: self.plain(node) for n, node in found if self._holds(node.get("Condition", True))}

    @cached_property
    def outputs(self) -> dict[str, str]:
        return {name: self.plain(node["Value"]) for name, node in self.template["Outputs"].items()}

    def of(self, kind: str) -> Node:
        """The properties of each resource of a kind, such as `SQS::Queue`."""
        return {n: node.get("Properties", {}) for n, node in self.resources.items() if node["Type"] == f"AWS::{kind}"}

    def the(self, kind: str) -> Node:
        """The properties of the one resource of a kind."""
        (properties,) = self.of(kind).values()
        return properties

    def plain(self, node: Any) -> Any:
        """A node with every function of CloudFormation that can be resolved resolved."""
        match node:
            case {"Ref": str(name)}:
                return _NOTHING if name == "AWS::NoValue" else self._named(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{name}.{attribute}>"
            case {"Fn::GetAtt": str(dotted)}:
                return f"<{dotted}>"
            case {"Fn::Sub": [text, values]}:
                return self._sub(text, self.plain(values))
            case {"Fn::Sub": text}:
                return self._sub(text, {})
            case {"Fn::If": [condition, yes, no]}:
                return self.plain(yes if self._holds(condition) else no)
            case {"Fn::Select": [index, items]}:
                return self.plain(items)[int(index)]
            case {"Fn::FindInMap": [name, top, second]}:
                return self.template["Mappings"][name][self.plain(top)][second]
            case dict():
                pairs = ((key, self.plain(value)) for key, value in node.items())
                return {key: value for key, value in pairs if value is not _NOTHING}
            case list():
                return [value for value in map(self.plain, node) if value is not _NOTHING]
        return node

    def _named(self, name: str) -> str:
        return self.parameters.get(name, f"<{name}>")

    def _sub(self, text: str, values: Node) -> str:
        return re.sub(r"\$\{([^}!]+)\}", lambda m: str(values.get(m[1], self._named(m[1]))), text)

    def _holds(self, condition: Any) -> bool:
        match condition:
            case bool():
                return condition
            case str():
                return self._holds(self.template["Conditions"][condition])
            case {"Fn::Not": [inner]}:
                return not self._holds(inner)
            case {"Fn::Equals": [left, right]}:
                return str(self.plain(left)) == str(self.plain(right))
        raise ValueError(condition)
