"""batch/template.yaml as CloudFormation would make it, held against what AWS Batch and our own code need."""

import base64
import email
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from batch import prices, retries
from batch.aws.stack import Stack as Outputs
from tests.deploy import short_forms
from tests.deploy.stack import Node, Stack

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "batch/template.yaml"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
MANAGED = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"


class Made(Stack):
    """Resolves what only this template uses."""

    def plain(self, node: Any) -> Any:
        match node:
            case {"Fn::Join": [sep, {"Ref": str(name)}]} if sep == ",":
                return self._named(name)
            case {"Fn::Base64": text}:
                return base64.b64encode(self.plain(text).encode()).decode()
            case {"Fn::Select": [index, {"Ref": "SubnetCidrs"}]}:
                return self.parameters["SubnetCidrs"].split(",")[index]
            case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
                return f"zone-{index}"
        return super().plain(node)


@cache
def made(**given: Any) -> Made:
    template = short_forms.read(TEMPLATE.read_text())
    return Made(template, {"DatabaseSecretArn": SECRET, **given})


def environment(name: str, **given: Any) -> Node:
    return made(**given).resources[name]["Properties"]["ComputeResources"]


def statements(role: str, **given: Any) -> list[Node]:
    properties = made(**given).resources[role]["Properties"]
    return [s for policy in properties.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


def actions(role: str, **given: Any) -> set[str]:
    found = (s["Action"] for s in statements(role, **given))
    return {a for action in found for a in ([action] if isinstance(action, str) else action)}


def test_cfn_lint_finds_nothing():
    """Not even a warning."""
    program = ROOT / ".venv/deploy/bin/cfn-lint"
    if not program.exists():
        pytest.skip("cfn-lint is not installed: `make test` installs it")
    region = {"AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run([program, TEMPLATE], check=False, capture_output=True, text=True, env=region)
    assert done.stdout + done.stderr == ""


def test_the_rules_are_those_of_the_code():
    """The job definition retries by the very rules that `retries` decides by, on spot machines twice."""
    found = made().the("Batch::JobDefinition")["RetryStrategy"]
    rules = [{f"{key[0].lower()}{key[1:]}": value for key, value in rule.items()} for rule in found["EvaluateOnExit"]]
    assert rules == retries.EVALUATE_ON_EXIT
    assert found["Attempts"] == retries.SPOT_ATTEMPTS
    retries.checked({"attempts": found["Attempts"], "evaluateOnExit": rules})


def test_spot_machines_cost_nothing_while_nothing_runs():
    """From zero, of several families, in several zones, by price and capacity."""
    found = environment("SpotEnvironment")
    assert (found["Type"], found["MinvCpus"]) == ("SPOT", 0)
    assert found["AllocationStrategy"] == "SPOT_PRICE_CAPACITY_OPTIMIZED"
    assert len(found["Subnets"]) == 3
    families = found["InstanceTypes"].split(",")
    assert len(families) >= 6
    assert set(families) <= set(prices.load().families)


def test_capacity_alone_is_an_option():
    found = environment("SpotEnvironment", SpotStrategy="SPOT_CAPACITY_OPTIMIZED")
    assert found["AllocationStrategy"] == "SPOT_CAPACITY_OPTIMIZED"


def test_on_demand_is_a_queue_of_its_own():
    found = environment("OnDemandEnvironment")
    assert (found["Type"], found["MinvCpus"], found["AllocationStrategy"]) == ("EC2", 0, "BEST_FIT_PROGRESSIVE")
    orders = {name: queue["ComputeEnvironmentOrder"] for name, queue in made().of("Batch::JobQueue").items()}
    assert {n: [o["ComputeEnvironment"] for o in order] for n, order in orders.items()} == {
        "SpotQueue": ["<SpotEnvironment>"],
        "OnDemandQueue": ["<OnDemandEnvironment>"],
    }


def test_machines_drain_when_they_are_taken_away():
    """MIME multi-part, without a blank in the setting; the job has longer than its chunk in hand needs."""
    data = made().the("EC2::LaunchTemplate")["LaunchTemplateData"]
    message = email.message_from_bytes(base64.b64decode(data["UserData"]))
    (part,) = message.get_payload()
    assert message.get_content_type() == "multipart/mixed"
    assert part.get_content_type() == "text/x-shellscript"
    lines = part.get_payload().splitlines()
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in lines
    (stop,) = re.findall(r"^ECS_CONTAINER_STOP_TIMEOUT=(\d+)s$", part.get_payload(), re.MULTILINE)
    assert 20 < int(stop) < 120
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert all(d["Ebs"]["Encrypted"] for d in data["BlockDeviceMappings"])


def test_the_bucket_is_closed():
    bucket = made().the("S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (statement,) = made().the("S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert made().resources["Bucket"]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("name", ["ServiceRole", "InstanceRole", "InstanceProfile", "ExecutionRole", "JobRole"])
def test_roles_outlive_the_environments(name: str):
    """AWS cannot delete an environment whose role is gone."""
    role = made().resources[name]
    assert (role["DeletionPolicy"], role["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_only_what_has_no_resources_is_allowed_on_all():
    """Least privilege: a star stands only where AWS has no resource to name."""
    without = {"ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken", "translate:TranslateText"}
    for role in ("InstanceRole", "ExecutionRole", "JobRole"):
        for statement in statements(role, AmazonTranslate="on"):
            allowed = {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
            assert not any("*" in action for action in allowed)
            assert statement["Resource"] != "*" or allowed <= without
    managed = [arn for role in made().of("IAM::Role").values() for arn in role.get("ManagedPolicyArns", [])]
    assert managed == [MANAGED]


def test_the_job_reads_and_nothing_else():
    assert actions("JobRole") == {"s3:GetObject"}
    assert actions("JobRole", AmazonTranslate="on") == {"s3:GetObject", "translate:TranslateText"}
    resources = [s["Resource"] for s in statements("JobRole", InputBucket="reviews-of-others")]
    assert resources[1] == "arn:aws:s3:::reviews-of-others/*"
    assert set(resources[0]) == {f"<Bucket.Arn>/{place}/*" for place in ("plans", "code", "inputs")}


def test_only_the_execution_role_sees_the_secret():
    """The code gets the database's URL as an environment variable and cannot ask for secrets."""
    readers = [role for role in made().of("IAM::Role") if "secretsmanager:GetSecretValue" in actions(role)]
    assert readers == ["ExecutionRole"]
    container = made().the("Batch::JobDefinition")["ContainerProperties"]
    assert container["Secrets"] == [{"Name": "UNDERTONE_STORE", "ValueFrom": SECRET}]
    assert "kms:Decrypt" in actions("ExecutionRole", DatabaseSecretKeyArn="arn:aws:kms:eu-west-1:1:key/k")
    assert "kms:Decrypt" not in actions("ExecutionRole")


def test_given_subnets_are_used_and_no_vpc_is_made():
    given = {"VpcId": "vpc-0123456789abcdef0", "SubnetIds": "subnet-0a,subnet-0b"}
    assert environment("SpotEnvironment", **given)["Subnets"] == "subnet-0a,subnet-0b"
    assert [k for k in made(**given).resources.values() if k["Type"] in ("AWS::EC2::VPC", "AWS::EC2::Subnet")] == []
    assert made(**given).the("EC2::SecurityGroup")["VpcId"] == "vpc-0123456789abcdef0"
    assert "SecurityGroupIngress" not in made().the("EC2::SecurityGroup")


def test_a_vpc_that_is_made_leads_out():
    stack = made()
    assert stack.the("EC2::Route")["DestinationCidrBlock"] == "0.0.0.0/0"
    assert {a["SubnetId"] for a in stack.of("EC2::SubnetRouteTableAssociation").values()} == {
        f"<{name}>" for name in stack.of("EC2::Subnet")
    }


def test_the_end_of_an_array_is_mailed():
    """Its parent's end, not each child's; to the topic, which EventBridge may publish to."""
    rule = made().resources["EndedRule"]["Properties"]
    detail = rule["EventPattern"]["detail"]
    assert detail["arrayProperties"] == {"index": [{"exists": False}]}
    assert detail["status"] == ["SUCCEEDED", "FAILED"]
    assert detail["jobQueue"] == ["<SpotQueue>", "<OnDemandQueue>"]
    assert [target["Arn"] for target in rule["Targets"]] == ["<Topic>"]
    assert json.loads(rule["Targets"][0]["InputTransformer"]["InputTemplate"]).startswith("Reviews job <name> has")
    publishers = made().the("SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert [s["Principal"]["Service"] for s in publishers] == ["events.amazonaws.com", "cloudwatch.amazonaws.com"]
    assert made().of("SNS::Subscription") == {}
    assert made(NotifyEmail="a@b.example").the("SNS::Subscription")["Endpoint"] == "a@b.example"


def test_a_failed_job_rings():
    """By the events that match the rule; a host that was lost is no failure."""
    alarm = made().the("CloudWatch::Alarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Events", "TriggeredRules")
    assert alarm["Dimensions"] == [{"Name": "RuleName", "Value": "<FailedRule>"}]
    assert alarm["AlarmActions"] == ["<Topic>"]
    detail = made().resources["FailedRule"]["Properties"]["EventPattern"]["detail"]
    assert detail["statusReason"] == [{"anything-but": {"prefix": retries.HOST_LOST}}]
    assert (
        json.loads(made().the("Logs::ResourcePolicy")["PolicyDocument"])["Statement"][0]["Resource"]
        == "<FailedLog.Arn>"
    )


def test_a_container_runs_what_the_image_has():
    """The Dockerfile's entry point gets the command; a process for each vCPU; a log that ends."""
    definition = made().the("Batch::JobDefinition")
    container = definition["ContainerProperties"]
    assert container["Command"] == ["shard"]
    assert 'ENTRYPOINT ["python3", "/undertone/fetch.py"]' in (ROOT / "Dockerfile").read_text()
    assert container["Environment"] == [{"Name": "UNDERTONE_PROCESSES", "Value": "2"}]
    assert container["LinuxParameters"] == {"InitProcessEnabled": True}
    assert int(definition["Timeout"]["AttemptDurationSeconds"]) >= 60
    assert all(int(group["RetentionInDays"]) == 30 for group in made().of("Logs::LogGroup").values())


def test_the_outputs_are_those_that_the_commands_read():
    """What `aws.stack` looks for is there."""
    source = (ROOT / "batch/aws/stack.py").read_text()
    read = set(re.findall(r'outputs\["(\w+)"\]', source))
    assert read <= set(made().outputs)
    assert len(read) == len(Outputs._fields)


def test_every_parameter_is_explained():
    """docs/batch-aws.md has a row for each parameter, in the template's order."""
    section = (ROOT / "docs/batch-aws.md").read_text().partition("\n## Parameters\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE)
    parameters = {n: str(entry.get("Default", "needed")) for n, entry in made().template["Parameters"].items()}
    told = {name: default.strip("`").replace(", ", ",") for name, default in rows}
    assert told == {name: default or "none" for name, default in parameters.items()}
