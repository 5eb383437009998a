"""workbench/template.yaml as CloudFormation would make it, held against what AWS and our own code need."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.deploy import short_forms
from tests.deploy.stack import Node, Stack
from workbench import container, glue_job, handover, loader, loading, outputs
from workbench.errors import AgainError
from workbench.replicas import LAG_LIMIT_S
from workbench.settings import PREFIX

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "workbench/template.yaml"
EC2 = {"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
       "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"}  # fmt: skip
WITHOUT_RESOURCES = EC2 | {
    "ecr:GetAuthorizationToken",
    "cloudwatch:PutMetricData",
    "batch:DescribeJobs",
    "batch:ListJobs",
}
BUCKETS = ("DataBucket", "OutputBucket", "QueryBucket")
LISTS = [{"ParameterKey": "SubnetCidrs", "ParameterValue": "10.71.0.0/20,10.71.16.0/20,10.71.32.0/20,10.71.48.0/20"}]
OWN_VPC = {"VpcId": "vpc-0a", "DatabaseSubnetIds": "subnet-0a,subnet-0b", "JobSubnetIds": "subnet-0c,subnet-0d"}


class Made(Stack):
    """Resolves what only this template uses."""

    def plain(self, node: Any) -> Any:
        match node:
            case {"Fn::Select": [index, {"Ref": "SubnetCidrs"}]}:
                return self.parameters["SubnetCidrs"].split(",")[index]
            case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
                return f"zone-{index}"
        return super().plain(node)


@cache
def made(**given: Any) -> Made:
    return Made(short_forms.read(TEMPLATE.read_text()), given)


def properties(name: str, **given: Any) -> Node:
    return made(**given).resources[name]["Properties"]


def statements(name: str) -> list[Node]:
    found = properties(name)
    documents = [found] if "PolicyDocument" in found else found.get("Policies", [])
    return [statement for document in documents for statement in document["PolicyDocument"]["Statement"]]


def listed(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def actions(name: str) -> set[str]:
    return set().union(*(listed(s["Action"]) for s in statements(name) if s["Effect"] == "Allow"))


def policies() -> Iterator[str]:
    yield from made().of("IAM::Role")
    yield from made().of("IAM::ManagedPolicy")


def test_cfn_lint_finds_nothing():
    """Not even a warning."""
    program = ROOT / ".venv/deploy/bin/cfn-lint"
    if not program.exists():
        pytest.skip("cfn-lint is not installed: `make test` installs it")
    region = {"AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run([program, TEMPLATE], check=False, capture_output=True, text=True, env=region)
    assert done.stdout + done.stderr == ""


# The databases


@pytest.mark.parametrize("name", ["Database", "Replica"])
def test_a_database_is_private_and_logs_in_by_iam(name: str):
    found = properties(name)
    assert (found["PubliclyAccessible"], found["EnableIAMDatabaseAuthentication"]) == (False, True)
    assert found["VPCSecurityGroups"] == ["<DatabaseGroup.GroupId>"]
    parameters = properties(found["DBParameterGroupName"].strip("<>"))
    assert (parameters["Family"], parameters["Parameters"]["rds.force_ssl"]) == ("postgres17", "1")


def test_the_primary_is_encrypted_and_kept():
    """The replica is encrypted as its source is, and holds nothing of its own."""
    database, replica = made().resources["Database"], made().resources["Replica"]
    assert database["Properties"]["StorageEncrypted"] is True
    assert (database["DeletionPolicy"], database["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert (database["Properties"]["DeletionProtection"], database["Properties"]["BackupRetentionPeriod"]) == (
        True,
        "7",
    )
    assert replica["Properties"]["SourceDBInstanceIdentifier"] == "<Database>"
    assert replica["DeletionPolicy"] == "Delete"
    assert properties("Database", DeletionProtection="off")["DeletionProtection"] is False
    assert properties("Database", MultiAz="on")["MultiAZ"] is True


def test_the_masters_password_is_in_a_secret_that_we_keep():
    """RDS manages none for a primary of PostgreSQL that has a replica: .../rds-secrets-manager.html, Limitations."""
    database = properties("Database")
    assert "ManageMasterUserPassword" not in database
    assert database["MasterUserPassword"] == "{{resolve:secretsmanager:<MasterSecret>:SecretString:password}}"
    assert made().resources["MasterSecret"]["DeletionPolicy"] == "Retain"


def test_the_replica_lets_its_readers_finish():
    """And the primary is not asked for it."""
    assert properties("ReplicaParameters")["Parameters"]["hot_standby_feedback"] == "1"
    assert "hot_standby_feedback" not in properties("DatabaseParameters")["Parameters"]


def test_only_the_preparation_sees_the_masters_password():
    """As a role that starts its container; the code of no job and no function can ask for it."""
    assert [name for name in policies() if "secretsmanager:GetSecretValue" in actions(name)] == ["PrepareRole"]
    assert properties("PrepareJob")["ContainerProperties"]["ExecutionRoleArn"] == "<PrepareRole.Arn>"
    assert "JobRoleArn" not in properties("PrepareJob")["ContainerProperties"]
    assert "Secrets" not in properties("Job")["ContainerProperties"]


# The network


def test_no_way_leads_to_the_databases_from_outside():
    """Their subnets have no route but to S3, for one bucket; only groups may connect, and only to their port."""
    assert [r["RouteTableId"] for r in made().of("EC2::Route").values()] == ["<JobRoutes>"]
    pairs = made().of("EC2::SubnetRouteTableAssociation").values()
    subnets = {pair["SubnetId"] for pair in pairs if pair["RouteTableId"] == "<DatabaseRoutes>"}
    assert (
        subnets
        == set(properties("DatabaseSubnets")["SubnetIds"])
        == set(properties("Loader")["VpcConfig"]["SubnetIds"])
    )
    (allowed,) = properties("DatabaseS3Endpoint")["PolicyDocument"]["Statement"]
    assert set(allowed["Resource"]) == {"<OutputBucket.Arn>", "<OutputBucket.Arn>/*"}
    assert not any(subnet.get("MapPublicIpOnLaunch") for subnet in made().of("EC2::Subnet").values())


def test_nobody_is_let_in_by_address():
    """Two groups of ours, and one that was named."""
    assert [name for name, group in made().of("EC2::SecurityGroup").items() if "SecurityGroupIngress" in group] == []
    rules = made(ClientGroupId="sg-0c").of("EC2::SecurityGroupIngress").values()
    assert {rule["SourceSecurityGroupId"] for rule in rules} == {"<LoaderGroup.GroupId>", "<JobGroup.GroupId>", "sg-0c"}
    assert {(rule["GroupId"], rule["FromPort"], rule["ToPort"]) for rule in rules} == {
        ("<DatabaseGroup.GroupId>", 5432, 5432)
    }
    assert len(made().of("EC2::SecurityGroupIngress")) == 2
    assert [rule["CidrIp"] for rule in properties("DatabaseGroup")["SecurityGroupEgress"]] == ["127.0.0.1/32"]


def test_a_vpc_that_is_there_is_used():
    stack = made(**OWN_VPC)
    kinds = {resource["Type"] for resource in stack.resources.values() if resource["Type"].startswith("AWS::EC2::")}
    assert kinds == {"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"}
    assert stack.the("RDS::DBSubnetGroup")["SubnetIds"] == OWN_VPC["DatabaseSubnetIds"]
    assert stack.the("Batch::ComputeEnvironment")["ComputeResources"]["Subnets"] == OWN_VPC["JobSubnetIds"]


# The buckets


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_closed_and_kept(name: str):
    """To the public, to plain HTTP, to access lists; uploads that nobody finished go."""
    bucket = properties(name)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (denied,) = statements(f"{name}Tls")
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert set(denied["Resource"]) == {f"<{name}.Arn>", f"<{name}.Arn>/*"}
    assert any("AbortIncompleteMultipartUpload" in rule for rule in bucket["LifecycleConfiguration"]["Rules"])
    assert (made().resources[name]["DeletionPolicy"], made().resources[name]["UpdateReplacePolicy"]) == (
        "Retain",
        "Retain",
    )


def test_what_cannot_be_made_again_is_versioned():
    """And never expires; results of Athena do."""
    for name in ("DataBucket", "OutputBucket"):
        assert properties(name)["VersioningConfiguration"] == {"Status": "Enabled"}
        ends = [r for r in properties(name)["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in r]
        assert [rule["Prefix"] for rule in ends] == (["temporary/", "extracts/"] if name == "OutputBucket" else [])
    (rule,) = properties("QueryBucket", QueryResultDays=5)["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == "5"


def test_rows_of_jobs_are_gone_when_they_are_to_be():
    """Extracts hold rows, so no old version outlives them by more than a day."""
    rules = properties("OutputBucket", ExtractDays=5)["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == f"{handover.EXTRACTS}/"]
    assert (rule["ExpirationInDays"], rule["NoncurrentVersionExpiration"]) == ("5", {"NoncurrentDays": 1})


# The loader


def test_the_news_of_an_output_reaches_the_loader():
    """By a prefix that every key of an output has."""
    pattern = properties("OutputRule")["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    ((prefix,),) = [one.values() for one in pattern["detail"]["object"]["key"]]
    for key in ("outputs/models/m.json", "outputs/runs/r.json", "outputs/predictions/m/s/a.parquet"):
        assert outputs.of(key)
        assert key.startswith(prefix)
    assert (
        properties("OutputBucket")["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"]
        is True
    )
    assert (
        properties("OutputRule")["Targets"][0]["Arn"]
        == properties("LoaderMapping")["EventSourceArn"]
        == "<OutputQueue.Arn>"
    )


def test_a_message_fails_alone_and_ends_among_the_dead_letters():
    mapping, queue, function = properties("LoaderMapping"), properties("OutputQueue"), properties("Loader")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": "<DeadLetterQueue.Arn>", "maxReceiveCount": 5}
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert function["Timeout"] * 1000 > 2 * loading.LEAST_LEFT_MS
    assert properties("OutputRule")["Targets"][0]["DeadLetterConfig"]["Arn"] == "<DeadLetterQueue.Arn>"
    assert made().resources["DeadLetterQueue"]["DeletionPolicy"] == "Retain"
    assert all(one["SqsManagedSseEnabled"] for one in made().of("SQS::Queue").values())


def test_the_function_is_ours():
    """The template, the image and the module name one handler."""
    (command,) = properties("Loader")["ImageConfig"]["Command"]
    module, _, name = command.rpartition(".")
    assert module == loader.__name__
    assert callable(getattr(loader, name))
    assert f'CMD ["{command}"]' in (ROOT / "Dockerfile").read_text()
    assert properties("Loader")["Code"]["ImageUri"].endswith("/undertone-workbench:loader-1")


def test_the_function_may_load_and_nothing_else():
    assert actions("LoaderRole") - EC2 == {
        "logs:CreateLogStream", "logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage",
        "sqs:GetQueueAttributes", "s3:GetObject", "s3:ListBucket", "rds-db:connect",
    }  # fmt: skip
    (reading,) = [s for s in statements("LoaderRole") if s["Action"] == "s3:GetObject"]
    assert reading["Resource"] == "<OutputBucket.Arn>/outputs/*"
    (denied,) = [s for s in statements("LoaderRole") if s["Effect"] == "Deny"]
    function = denied["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]
    assert (set(denied["Action"]), function.rpartition(":")[2]) == (EC2, properties("Loader")["FunctionName"])


def test_everybody_is_the_user_that_is_prepared():
    """Addresses name it, policies allow it, the preparation makes it; the analysts' policy names the replica alone."""
    _, _, user = properties("PrepareJob")["ContainerProperties"]["Command"]
    addresses = {**properties("Loader")["Environment"]["Variables"], **environment("Job")}
    names = [f"{PREFIX}{name}" for name in ("STORE", "REPLICA")]  # of both databases
    assert [addresses[name].partition("@")[0] for name in names] == [f"postgresql://{user}"] * 2
    assert all(addresses[name].endswith("/undertone?sslmode=require") for name in names)
    allowed = {name: s["Resource"] for name in policies() for s in statements(name) if s["Action"] == "rds-db:connect"}
    assert set(allowed) == {"LoaderRole", "JobRole", "AnalystPolicy"}
    assert all(arn.endswith(f"/{user}") for arns in allowed.values() for arn in listed(arns))
    assert "<Database.DbiResourceId>" not in str(allowed["AnalystPolicy"])


def environment(name: str) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in properties(name)["ContainerProperties"]["Environment"]}


# Spark, Athena, jobs


def test_glue_runs_our_script_with_what_it_needs():
    """The versions are those that the tests here ran with."""
    arguments = properties("SparkJob")["DefaultArguments"]
    locked = dict(re.findall(r"^([a-z-]+)==(\S+)", (ROOT / "requirements/spark.txt").read_text(), re.MULTILINE))
    modules = dict(one.split("==") for one in arguments["--additional-python-modules"].split(","))
    assert modules == {name: locked[name] for name in ("ibis-framework", "sqlglot", "sqlalchemy")}
    script = properties("SparkJob")["Command"]["ScriptLocation"]
    assert script == f"s3://<OutputBucket>/code/{Path(glue_job.__file__).name}"
    assert properties("SparkJob")["GlueVersion"].startswith("5.")


def test_spark_writes_features_and_nothing_that_is_loaded():
    """Its role cannot change data, code or outputs."""
    writing = [s for s in statements("SparkRole") if "s3:PutObject" in listed(s["Action"])]
    assert [set(s["Resource"]) for s in writing] == [
        {"<OutputBucket.Arn>/features/*", "<OutputBucket.Arn>/temporary/*"}
    ]


def test_athena_has_a_limit_that_nobody_lifts():
    found = made(ScanLimitBytes=50_000_000).the("Athena::WorkGroup")["WorkGroupConfiguration"]
    assert (found["EnforceWorkGroupConfiguration"], found["BytesScannedCutoffPerQuery"]) == (True, "50000000")
    assert found["ResultConfiguration"]["OutputLocation"] == "s3://<QueryBucket>/results/"
    assert found["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert made().template["Parameters"]["ScanLimitBytes"]["MinValue"] == 10_000_000  # Athena's own least


def test_a_job_is_tried_again_when_it_says_so():
    """By the exit code of what nobody has to mend; the last rule ends everything else."""
    rules = properties("Job")["RetryStrategy"]["EvaluateOnExit"]
    assert [rule["OnExitCode"] for rule in rules if "OnExitCode" in rule] == [str(AgainError.exit_code)]
    assert rules[-1] == {"OnReason": "*", "Action": "EXIT"}
    assert len(rules) <= 5
    assert {rule["Action"] for rule in rules[:-1]} == {"RETRY"}


def test_jobs_cost_nothing_while_nothing_runs():
    """Fargate: no machine is ours."""
    assert made().the("Batch::ComputeEnvironment")["ComputeResources"]["Type"] == "FARGATE_SPOT"
    assert all(job["PlatformCapabilities"] == ["FARGATE"] for job in made().of("Batch::JobDefinition").values())
    needs = {one["Type"]: int(one["Value"]) for one in properties("Job")["ContainerProperties"]["ResourceRequirements"]}
    assert needs["VCPU"] == 4
    assert needs["MEMORY"] in range(8192, 30721, 1024)  # what Fargate takes with four vCPUs


def test_a_job_is_told_what_the_container_reads():
    """And its image starts the container's module."""
    assert set(environment("Job")) == {f"{PREFIX}STORE", f"{PREFIX}REPLICA", container.BUCKET}
    assert f'ENTRYPOINT ["python3", "-m", "{container.__name__}"]' in (ROOT / "Dockerfile").read_text()
    writing = [s for s in statements("JobRole") if "s3:PutObject" in listed(s["Action"])]
    kept = ("artifacts", handover.EXTRACTS, handover.JOBS, handover.MODELS, "outputs")
    assert [set(s["Resource"]) for s in writing] == [{f"<OutputBucket.Arn>/{prefix}/*" for prefix in kept}]
    (reading,) = [s for s in statements("JobRole") if listed(s["Action"]) == {"s3:GetObject"}]
    assert "<OutputBucket.Arn>/*" in reading["Resource"]  # which heads of objects need, too
    assert "s3:ListBucket" in actions("JobRole")  # without it what is not there is refused instead of missing
    assert "s3:DeleteObject" not in actions("JobRole")


# All of it


def test_only_what_has_no_resources_is_allowed_on_all():
    """Least privilege: a star stands only where AWS has no resource to name, and in no action."""
    for name in policies():
        for statement in (s for s in statements(name) if s["Effect"] == "Allow"):
            assert not any("*" in action for action in listed(statement["Action"]))
            assert statement["Resource"] != "*" or listed(statement["Action"]) <= WITHOUT_RESOURCES
    managed = [arn for role in made().of("IAM::Role").values() for arn in role.get("ManagedPolicyArns", [])]
    assert managed == ["arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"]


def test_every_alarm_tells_somebody():
    """Of a resource of ours; the replica's at what the workbench refuses to read."""
    alarms = made().of("CloudWatch::Alarm")
    assert len(alarms) == 6
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == ["<Topic>"]
        (dimension,) = alarm["Dimensions"]
        assert dimension["Value"].strip("<>").split(".")[0] in made().resources
    assert alarms["LagAlarm"]["Threshold"] == LAG_LIMIT_S
    targets = [t["Arn"] for name in ("JobFailedRule", "SparkFailedRule") for t in properties(name)["Targets"]]
    assert targets == ["<Topic>", "<Topic>"]
    assert made(NotifyEmail="a@b.example").the("SNS::Subscription")["Endpoint"] == "a@b.example"
    assert made().of("SNS::Subscription") == {}


def test_logs_end():
    assert {group["RetentionInDays"] for group in made().of("Logs::LogGroup").values()} == {"30"}


def test_every_parameter_is_explained():
    """docs/workbench-aws.md has a row for each parameter, in the template's order; none is needed."""
    section = (ROOT / "docs/workbench-aws.md").read_text().partition("\n## Parameters\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE)
    parameters = {n: str(entry["Default"]) for n, entry in made().template["Parameters"].items()}
    assert {name: default.strip("`").replace(", ", ",") for name, default in rows} == {
        name: default or "none" for name, default in parameters.items()
    }
    assert [name for name, _ in rows] == list(parameters)


def test_the_page_names_every_output_and_place():
    page = (ROOT / "docs/workbench-aws.md").read_text()
    assert [name for name in made().outputs if not re.search(f"[`<]{name}[`>]", page)] == []


@pytest.mark.filterwarnings("ignore:Tried to parse")
def test_moto_takes_it(monkeypatch: pytest.MonkeyPatch):
    """A control plane that is not ours makes databases, jobs, queue and function of it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("cloudformation")
        body = re.sub(r"\n *DBParameterGroupName: .*", "", TEMPLATE.read_text())  # moto cannot refer to one,
        body = re.sub(r"\$\{(Database|Replica)\.[A-Za-z.]+\}", r"\1", body)  # and knows no attributes of one in a text
        client.create_stack(StackName="wb", TemplateBody=body, Capabilities=["CAPABILITY_IAM"], Parameters=LISTS)
        (stack,) = client.describe_stacks(StackName="wb")["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        databases = boto3.client("rds").describe_db_instances()["DBInstances"]
        assert sorted(bool(one.get("ReadReplicaSourceDBInstanceIdentifier")) for one in databases) == [False, True]
        (definition,) = boto3.client("batch").describe_job_definitions(jobDefinitionName="Job")["jobDefinitions"] or [
            {}
        ]
        del definition
        (mapping,) = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
