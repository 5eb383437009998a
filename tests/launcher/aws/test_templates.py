"""The two templates as CloudFormation would make them: what they allow, what they cost, what ends."""

from __future__ import annotations

import base64
import email
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from launcher.aws import bootstrap, outputs
from launcher.aws.acts import TEMPLATE, parameters
from launcher.aws.jobs import HOST_LOST, SPOT_ATTEMPTS
from launcher.names import HomeNames, RunNames
from launcher.rehearsal.rules import Ending, matches, tries_again
from launcher.runner import GRACE_S
from tests.deploy import short_forms
from tests.deploy.stack import Node, Stack
from tests.launcher.test_plan import RUN, made

ROOT = Path(__file__).parents[3]
HOME = HomeNames("123456789012", "eu-west-1")
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
FOUND = outputs.Outputs(HOME, HOME.bucket, "s-1,s-2", "sg-1", "arn:profile", "arn:service", "arn:stacks", "arn:end",
                        "arn:boundary", "arn:topic")  # fmt: skip


class Made(Stack):
    """Resolves what these templates use beside."""

    def plain(self, node: Any) -> Any:
        match node:
            case {"Fn::Join": [sep, parts]}:
                return sep.join(map(str, self.plain(parts)))
            case {"Fn::Split": [sep, text]}:
                return str(self.plain(text)).split(sep)
            case {"Fn::GetAZs": _}:
                return ["zone-a", "zone-b", "zone-c"]
            case {"Fn::Base64": text}:
                return base64.b64encode(self.plain(text).encode()).decode()
        return super().plain(node)


@cache
def home() -> Made:
    return Made(short_forms.read(bootstrap.template(POLICY)), {})


@cache
def run(**more: Any) -> Made:
    template = short_forms.read(TEMPLATE.read_text(encoding="utf-8"))
    return Made(template, parameters(made(**more), FOUND))


def statements(role: Node) -> list[Node]:
    return [statement for policy in role.get("Policies", []) for statement in policy["PolicyDocument"]["Statement"]]


def actions(statement: Node) -> set[str]:
    return {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])


def test_cfn_lint_finds_nothing(tmp_path: Path):
    """Not even a warning, in either template, the operator's policy in its place."""
    program = ROOT / ".venv/deploy/bin/cfn-lint"
    if not program.exists():
        pytest.skip("cfn-lint is not installed: `make test` installs it")
    whole = tmp_path / "bootstrap.yaml"
    whole.write_text(bootstrap.template(POLICY))
    done = subprocess.run(
        [program, TEMPLATE, whole], check=False, capture_output=True, text=True, env={"AWS_DEFAULT_REGION": "eu-west-1"}
    )
    assert done.stdout + done.stderr == ""


def test_templates_can_be_sent_as_they_are():
    """CreateStack takes 51,200 bytes."""
    assert max(len(TEMPLATE.read_bytes()), len(bootstrap.template(POLICY).encode())) < 51_200


def test_the_operators_policy_takes_its_place():
    (role,) = (r for r in home().of("IAM::Role").values() if r["RoleName"] == HOME.operator_role)
    assert role["Policies"][0]["PolicyDocument"] == json.loads(POLICY)


def test_every_name_of_the_home_is_the_codes():
    """bootstrap.yaml and names.HomeNames say the same."""
    roles = {role["RoleName"] for role in home().of("IAM::Role").values()}
    assert roles == {
        HOME.operator_role, HOME.build_role, HOME.stacks_role, HOME.scheduler_role, HOME.instance_role,
        HOME.service_role,
    }  # fmt: skip
    assert home().the("S3::Bucket")["BucketName"] == HOME.bucket
    assert home().the("ECR::Repository")["RepositoryName"] == HOME.repository
    assert home().the("CodeBuild::Project")["Name"] == HOME.build_project
    assert home().the("Logs::LogGroup")["LogGroupName"] == HOME.build_logs
    assert home().the("SNS::Topic")["TopicName"] == HOME.topic
    assert home().the("IAM::ManagedPolicy")["ManagedPolicyName"] == HOME.boundary


def test_every_name_of_a_run_is_the_codes():
    """run.yaml and names.RunNames say the same, and each carries the run id."""
    names, stack = RunNames(RUN), run(notify="a@b.example")
    environments = {one["ComputeEnvironmentName"] for one in stack.of("Batch::ComputeEnvironment").values()}
    queues = {one["JobQueueName"] for one in stack.of("Batch::JobQueue").values()}
    assert environments == queues == {names.spot, names.on_demand}
    definitions = {one["JobDefinitionName"] for one in stack.of("Batch::JobDefinition").values()}
    assert definitions == {names.definition, names.takeover_definition}
    assert {one["RoleName"] for one in stack.of("IAM::Role").values()} == {names.job_role, names.rule_role}
    assert {one["Name"] for one in stack.of("Events::Rule").values()} == {names.rule_finished, names.rule_host_lost}
    assert stack.the("Logs::LogGroup")["LogGroupName"] == names.log_group
    assert stack.the("EC2::LaunchTemplate")["LaunchTemplateName"] == names.launch_template


def test_what_may_be_tagged_is_tagged_with_the_run():
    """Queues, environments, definitions, machines and their disks."""
    names, stack = RunNames(RUN), run()
    for kind in ("Batch::ComputeEnvironment", "Batch::JobQueue", "Batch::JobDefinition"):
        assert all(one["Tags"] == names.tags for one in stack.of(kind).values())
    assert all(e["ComputeResources"]["Tags"] == names.tags for e in stack.of("Batch::ComputeEnvironment").values())
    (volumes,) = stack.the("EC2::LaunchTemplate")["LaunchTemplateData"]["TagSpecifications"]
    assert {tag["Key"]: tag["Value"] for tag in volumes["Tags"]} == names.tags


def test_machines_cost_nothing_while_nothing_runs():
    """From zero, spot by price and capacity, on demand as a queue of its own."""
    spot, demand = (
        run().resources[f"{kind}Environment"]["Properties"]["ComputeResources"] for kind in ("Spot", "OnDemand")
    )
    assert (spot["Type"], spot["MinvCpus"], spot["AllocationStrategy"]) == ("SPOT", 0, "SPOT_PRICE_CAPACITY_OPTIMIZED")
    assert (demand["Type"], demand["MinvCpus"]) == ("EC2", 0)
    assert "SpotEnvironment" not in run(spot=False).resources
    assert "HostLostRule" not in run(spot=False).resources


def test_a_gpu_is_asked_for_only_where_one_is_needed():
    plain, gpu = (
        {
            n["Type"]: n["Value"]
            for n in run(gpus=count).resources["JobDefinition"]["Properties"]["ContainerProperties"][
                "ResourceRequirements"
            ]
        }
        for count in (0, 1)
    )
    assert "GPU" not in plain
    assert gpu["GPU"] == "1"
    image = run(gpus=1).resources["OnDemandEnvironment"]["Properties"]["ComputeResources"]["Ec2Configuration"]
    assert image == [{"ImageType": "ECS_AL2023_NVIDIA"}]


@pytest.mark.parametrize(
    ("ending", "again"),
    [
        (Ending(None, "Host EC2 (instance i-0a) terminated."), True),
        (Ending(None, "Task failed to start"), True),
        (Ending(None, "Task failed", "CannotPullContainerError: timeout"), True),
        (Ending(75), True),
        (Ending(1), False),
        (Ending(2), False),
        (Ending(137, reason="OutOfMemoryError: Container killed due to memory usage"), False),
    ],
)
def test_what_is_tried_again(ending: Ending, again: bool):
    """A lost host, a start that failed, 75; nothing else, and a bug is paid once. At most five rules, as AWS takes."""
    for definition in run().of("Batch::JobDefinition").values():
        rules = [
            {k[0].lower() + k[1:]: v for k, v in rule.items()} for rule in definition["RetryStrategy"]["EvaluateOnExit"]
        ]
        assert len(rules) <= 5
        assert rules[-1] == {"onReason": "*", "action": "EXIT"}
        assert tries_again({"attempts": 2, "evaluateOnExit": rules}, ending, 1) is again


def test_attempts_are_numbered_through():
    """The takeover's runner counts from where the spot job stopped."""
    definitions = {
        n: p["Properties"] for n, p in run().resources.items() if n in ("JobDefinition", "TakeoverDefinition")
    }
    before = {
        name: {e["Name"]: e["Value"] for e in d["ContainerProperties"]["Environment"]}["LAUNCHER_ATTEMPTS_BEFORE"]
        for name, d in definitions.items()
    }
    assert definitions["JobDefinition"]["RetryStrategy"]["Attempts"] == SPOT_ATTEMPTS
    assert before == {"JobDefinition": "0", "TakeoverDefinition": str(SPOT_ATTEMPTS)}


def event(status: str, reason: str, queue: str) -> Node:
    detail = {"status": status, "statusReason": reason, "jobQueue": queue}
    return {"source": "aws.batch", "detail-type": "Batch Job State Change", "detail": detail}


@pytest.mark.parametrize(
    ("status", "reason", "queue", "mailed", "taken_over"),
    [
        ("SUCCEEDED", "", "<SpotQueue>", True, False),
        ("FAILED", "Essential container in task exited", "<SpotQueue>", True, False),
        ("FAILED", f"{HOST_LOST} (instance i-0a) terminated.", "<SpotQueue>", False, True),
        ("FAILED", f"{HOST_LOST} (instance i-0a) terminated.", "<OnDemandQueue>", True, False),
        ("RUNNING", "", "<OnDemandQueue>", False, False),
    ],
)
def test_who_is_told_when_a_job_ends(status: str, reason: str, queue: str, mailed: bool, taken_over: bool):
    """A lost spot machine is no end: the job goes on on demand, once."""
    rules = {
        n: r["Properties"]["EventPattern"] for n, r in run(notify="a@b.example").resources.items() if n.endswith("Rule")
    }
    assert matches(rules["FinishedRule"], event(status, reason, queue)) is mailed
    assert matches(rules["HostLostRule"], event(status, reason, queue)) is taken_over


def test_machines_drain_and_leave_time_to_send():
    """MIME multi-part, without a blank in the setting; the script's grace fits into the container's."""
    data = run().the("EC2::LaunchTemplate")["LaunchTemplateData"]
    (part,) = email.message_from_bytes(base64.b64decode(data["UserData"])).get_payload()
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in part.get_payload().splitlines()
    (stop,) = re.findall(r"^ECS_CONTAINER_STOP_TIMEOUT=(\d+)s$", part.get_payload(), re.MULTILINE)
    assert GRACE_S < int(stop) < 120
    assert data["MetadataOptions"]["HttpTokens"] == "required"


def test_a_job_sees_its_own_run_and_blobs_alone():
    """It reads blobs and its folder, writes its folder, within the boundary."""
    role = next(one for one in run().of("IAM::Role").values() if one["RoleName"].endswith("-job"))
    folder = f"arn:aws:s3:::{HOME.bucket}/runs/{RUN}/*"
    allowed = {action: s["Resource"] for s in statements(role) for action in actions(s)}
    assert allowed["s3:GetObject"] == [f"arn:aws:s3:::{HOME.bucket}/blobs/*", folder]
    assert allowed["s3:PutObject"] == folder
    assert set(allowed) <= {
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:ListBucket",
    }
    assert {one["PermissionsBoundary"] for one in run().of("IAM::Role").values()} == {"arn:boundary"}


def test_a_star_stands_only_where_aws_has_no_resource():
    """Least privilege, and no action with a star."""
    without = re.compile(
        r"ec2:Describe\w+|batch:Describe\w+|logs:DescribeLogGroups|ecs:DiscoverPollEndpoint|ecr:GetAuthorizationToken"
    )
    for name, role in {**home().of("IAM::Role"), **run().of("IAM::Role")}.items():
        if name == "OperatorRole":
            continue
        for statement in statements(role):
            assert not any("*" in action for action in actions(statement)), name
            if statement["Resource"] == "*":
                assert all(without.fullmatch(action) for action in actions(statement)), name


def test_roles_are_made_within_the_boundary_alone():
    """Who makes run stacks can make no role that may do more than the boundary, and passes none but these."""
    (found,) = [s for s in statements(home().resources["StacksRole"]["Properties"]) if "iam:CreateRole" in actions(s)]
    assert found["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": "<Boundary>"}}
    assert all(resource.rpartition("role/")[2].startswith("launcher-*-") for resource in found["Resource"])


def test_the_scheduler_may_delete_run_stacks_and_nothing_else():
    """Not even the bootstrap stack."""
    found = statements(home().resources["SchedulerRole"]["Properties"])
    assert set().union(*map(actions, found)) == {
        "cloudformation:DeleteStack", "cloudformation:DescribeStacks", "iam:PassRole"
    }  # fmt: skip
    assert found[0]["Resource"].endswith("stack/launcher-2*")


def test_the_bucket_is_closed_and_stays():
    bucket = home().the("S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert home().resources["Bucket"]["DeletionPolicy"] == "Retain"
    (statement,) = home().the("S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_nobody_reaches_the_machines():
    group = home().the("EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert {rule["ToPort"] for rule in group["SecurityGroupEgress"]} == {80, 443}


def test_the_outputs_are_those_that_runs_need():
    assert set(outputs._KEYS.values()) <= set(home().outputs)
    assert home().outputs["Version"] == outputs.VERSION


def test_a_template_without_the_operators_place_is_refused():
    with pytest.raises(ValueError):
        bootstrap.template("no json")
