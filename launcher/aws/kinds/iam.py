"""AWS IAM: the roles of a run. They go last, when nothing is left that is deleted by them or with them.

IAM has no regions and a run has one, so a role is this region's by its permission boundary, whose name carries it.
Left out: the roles of `bootstrap`, which every run's machines and stacks need.
"""

from collections.abc import Iterator

from ...names import HomeNames, run_of
from ..door import Aws
from .kind import Found, Kind, Stage, found


def _find_roles(aws: Aws, home: HomeNames) -> Iterator[Found]:
    for listed in aws.pages("iam", "list_roles", "Roles"):
        if not run_of(listed["RoleName"]):
            continue
        role = aws.call("iam", "get_role", RoleName=listed["RoleName"])["Role"]  # a list has no boundary
        boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
        if not boundary or boundary.endswith(f"/{home.boundary}"):
            yield from found("role", role["RoleName"], role.get("Tags"), arn=role["Arn"])


def _remove_role(aws: Aws, _home: HomeNames, role: Found) -> str:
    for name in list(aws.pages("iam", "list_role_policies", "PolicyNames", RoleName=role.name)):
        aws.call("iam", "delete_role_policy", RoleName=role.name, PolicyName=name)
    for policy in list(aws.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role.name)):
        aws.call("iam", "detach_role_policy", RoleName=role.name, PolicyArn=policy["PolicyArn"])
    aws.call("iam", "delete_role", RoleName=role.name)
    return "deleted"


KINDS = (Kind("role", "iam", Stage.ROLES, _find_roles, _remove_role, r":iam:.*:role/"),)
