"""template.yaml, transformed as AWS would, held against the service's own settings, doors and figures."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from app.direct import KINDS
from app.doors import http_api, invoke, s3
from app.doors.lines import reader
from app.settings import VARIABLES, Settings, SettingsError, from_environment
from app.telemetry import DIMENSIONS, NAMESPACE, UNITS
from tests.deploy.conftest import IMAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.deploy.stack import Stack

ALIAS = "<FunctionAliaslive>"
DIGEST = "0" * 64
PUBLISHES: dict[str, object] = {
    "ImageUri": IMAGE.replace(":1", ":2"),
    "BuildId": "2",
    "Architecture": "arm64",
    "MemoryMb": 1024,
    "TimeoutSeconds": 900,
    "ApiKeysSha256": DIGEST,
    "CorsOrigins": "https://example.com",
    "Task": "reviews",
    "TargetAccuracy": 0.95,
    "MaxTextChars": 1000,
    "MaxBatchTexts": 10,
    "MaxBodyBytes": 65536,
    "BucketPrefix": "another",
}
"""Parameters that a version holds, each with another value than the template's."""
KEEPS: dict[str, object] = {
    "ReservedConcurrency": 5,
    "ProvisionedConcurrency": 1,
    "QueueConcurrency": 4,
    "ThrottleRate": 10,
    "ThrottleBurst": 10,
    "WarmUp": "on",
    "Deployment": "AllAtOnce",
    "AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
    "LogRetentionDays": 7,
}
"""The others. Lambda refuses a version equal to the last one, so these must not publish."""
LIMITS = {"MaxTextChars": "MAX_TEXT_CHARS", "MaxBatchTexts": "MAX_BATCH_TEXTS", "MaxBodyBytes": "MAX_BODY_BYTES"}

# What AWS emits, from the services' pages on their CloudWatch metrics: name to the sets of its dimensions.
_BY_FUNCTION = (("FunctionName",), ("FunctionName", "Resource"), ("FunctionName", "Resource", "ExecutedVersion"))
AWS_METRICS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "AWS/Lambda": dict.fromkeys(
        ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"), _BY_FUNCTION
    ),
    "AWS/ApiGateway": dict.fromkeys(("Count", "4xx", "5xx", "Latency", "IntegrationLatency"), (("ApiId",),)),
    "AWS/SQS": dict.fromkeys(
        ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"), (("QueueName",),)
    ),
}
METRICS = {**AWS_METRICS, NAMESPACE: {name: tuple(map(tuple, DIMENSIONS)) for name in UNITS}}
IDENTITIES = {
    "FunctionName": {"<Function>"},
    "Resource": {"<Function>:live"},
    "ApiId": {"<Api>"},
    "Door": {http_api.NAME, invoke.NAME},
}


def environment(stack: Stack) -> dict[str, str]:
    return stack.the("Lambda::Function")["Environment"]["Variables"]


def version(stack: Stack) -> str:
    (name,) = stack.of("Lambda::Version")
    return name


# The function and what it is told


def test_the_function_runs_the_images_handler(stack: Stack):
    """The template and the Dockerfile name the same entry, which is a module of the service."""
    (command,) = stack.the("Lambda::Function")["ImageConfig"]["Command"]
    assert f'CMD ["{command}"]' in (ROOT / "Dockerfile").read_text()
    module = ROOT / (command.rpartition(".")[0].replace(".", "/") + ".py")
    assert re.search(rf"^{command.rpartition('.')[2]} = ", module.read_text(), re.MULTILINE)


def test_the_service_knows_every_variable(stack: Stack):
    """What the template sets in the environment are settings, all but the build."""
    assert set(environment(stack)) - set(VARIABLES) == {"BUILD_ID"}


def test_defaults_are_the_services_own(stack: Stack):
    """With no parameter given, the function runs with the settings' defaults and stores its results."""
    given = environment(stack)
    places = (given["UNDERTONE_RESULTS_BUCKET"], given["UNDERTONE_RESULTS_QUEUE_URL"])
    assert places == ("<ResultsBucket>", "<ResultsQueue>")
    bucket, queue = "undertone-results", "https://sqs.eu-west-1.amazonaws.com/123456789012/results"  # what these become
    found = from_environment(given | {"UNDERTONE_RESULTS_BUCKET": bucket, "UNDERTONE_RESULTS_QUEUE_URL": queue})
    assert found == Settings(results_bucket=bucket, results_queue_url=queue)


@pytest.mark.parametrize("parameter", LIMITS)
def test_limits_are_the_services_own(stack: Stack, parameter: str):
    """A limit's parameter takes what the setting takes, to the last number, and no more."""
    entry, variable = stack.template["Parameters"][parameter], f"UNDERTONE_{LIMITS[parameter]}"
    for taken in (entry["MinValue"], entry["MaxValue"]):
        from_environment({variable: str(taken)})
    for refused in (entry["MinValue"] - 1, entry["MaxValue"] + 1):
        with pytest.raises(SettingsError):
            from_environment({variable: str(refused)})


def test_the_tables_here_name_every_parameter(stack: Stack):
    """A new parameter says whether it publishes a version."""
    assert set(PUBLISHES) | set(KEEPS) == set(stack.template["Parameters"])


@pytest.mark.parametrize("parameter", PUBLISHES)
def test_a_parameter_alone_publishes_a_version(transform: Callable[..., Stack], stack: Stack, parameter: str):
    """A deployment that changes what a version holds, and nothing else, moves the alias to a new version."""
    changed = transform(**{parameter: PUBLISHES[parameter]})
    assert version(changed) != version(stack)
    assert changed.the("Lambda::Alias")["FunctionVersion"] == f"<{version(changed)}.Version>"


@pytest.mark.parametrize("parameter", KEEPS)
def test_what_a_version_does_not_hold_publishes_none(transform: Callable[..., Stack], stack: Stack, parameter: str):
    """A parameter beside the function leaves the version as it is."""
    assert version(transform(**{parameter: KEEPS[parameter]})) == version(stack)


def test_a_property_alone_publishes_a_version(transform: Callable[..., Stack], stack: Stack):
    """So does an edit of the template that no parameter stands for."""
    assert version(transform(function=("Description", "Another"))) != version(stack)


def test_the_image_is_the_one_given(stack: Stack):
    """Of all that names the version, CloudFormation sees the image alone."""
    assert stack.the("Lambda::Function")["Code"] == {"ImageUri": IMAGE}


# Concurrency, in an account that has ten


def test_nothing_is_set_aside_unless_asked_for(transform: Callable[..., Stack], stack: Stack):
    """Reserved and provisioned concurrency are absent, not zero, until a parameter names a number."""
    function, alias = stack.the("Lambda::Function"), stack.the("Lambda::Alias")
    assert not {"ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig"} & {*function, *alias}
    asked = transform(ReservedConcurrency=5, ProvisionedConcurrency=2)
    assert asked.the("Lambda::Function")["ReservedConcurrentExecutions"] == "5"
    assert asked.the("Lambda::Alias")["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": "2"}


def test_defaults_fit_a_new_account(stack: Stack):
    """Ten environments carry a hundred requests per second; the queue leaves most to the other doors."""
    rate = stack.the("ApiGatewayV2::Stage")["DefaultRouteSettings"]["ThrottlingRateLimit"]
    queue = stack.the("Lambda::EventSourceMapping")["ScalingConfig"]["MaximumConcurrency"]
    assert float(rate) <= 10 * 10
    assert 2 <= int(queue) <= 5
    assert int(stack.the("Lambda::Function")["MemorySize"]) <= 3008


# Doors


def test_every_source_asks_the_live_alias(transform: Callable[..., Stack]):
    """No event goes past the alias, or the canary would not see it."""
    stack = transform(WarmUp="on")
    notified = stack.resources["InputBucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]
    integration = stack.the("ApiGatewayV2::Api")["Body"]["paths"]["$default"]["x-amazon-apigateway-any-method"]
    asked = [
        stack.the("Lambda::EventSourceMapping")["FunctionName"],
        stack.the("Lambda::Url")["TargetFunctionArn"],
        stack.the("Events::Rule")["Targets"][0]["Arn"],
        *(entry["Function"] for entry in notified),
        *(permission["FunctionName"] for permission in stack.of("Lambda::Permission").values()),
        integration["x-amazon-apigateway-integration"]["uri"].split("/")[-2],
    ]
    assert set(asked) == {ALIAS}


def test_the_function_url_needs_a_signature(stack: Stack):
    """Whoever calls the URL is known to IAM, and nobody else is let in."""
    assert stack.the("Lambda::Url")["AuthType"] == "AWS_IAM"
    public = [n for n, p in stack.of("Lambda::Permission").items() if p["Principal"] == "*"]
    assert public == []


def test_the_http_api_speaks_a_form_that_a_door_reads(stack: Stack):
    """Every path goes to the function, in payload format 2.0."""
    method = stack.the("ApiGatewayV2::Api")["Body"]["paths"]["$default"]["x-amazon-apigateway-any-method"]
    assert method["isDefaultRoute"] is True
    assert method["x-amazon-apigateway-integration"]["payloadFormatVersion"] == "2.0"


def test_the_http_api_logs_nothing_that_could_hold_a_text(stack: Stack):
    """Access logs are JSON, of an id, a time, an address, a path, sizes and durations."""
    settings = stack.the("ApiGatewayV2::Stage")["AccessLogSettings"]
    assert settings["DestinationArn"] == "<AccessLog.Arn>"
    fields = {value.removeprefix("$context.") for value in json.loads(settings["Format"]).values()}
    assert fields == {
        "requestId", "requestTimeEpoch", "identity.sourceIp", "httpMethod", "path", "status", "responseLength",
        "responseLatency", "integrationLatency", "integrationStatus", "error.responseType",
    }  # fmt: skip


def test_files_of_every_kind_that_is_read_arrive(stack: Stack):
    """The bucket tells of each kind of file once, and the door reads each."""
    notified = stack.resources["InputBucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]
    suffixes = [entry["Filter"]["S3Key"]["Rules"][0]["Value"] for entry in notified]
    assert sorted(suffixes) == [".csv", ".gz", ".jsonl", ".txt"]
    plain = [suffix for suffix in suffixes if suffix != ".gz"]
    assert all(reader(f"texts{suffix}") and reader(f"texts{suffix}.gz") for suffix in plain)
    assert {entry["Event"] for entry in notified} == {"s3:ObjectCreated:*"}


def test_warming_up_is_a_choice(transform: Callable[..., Stack], stack: Stack):
    """No rule and no permission unless asked for; then what it sends is a warm-up."""
    assert stack.of("Events::Rule") == {}
    warmed = transform(WarmUp="on")
    (target,) = warmed.the("Events::Rule")["Targets"]
    assert json.loads(target["Input"]) == {"warmup": True}
    assert len(warmed.of("Lambda::Permission")) == len(stack.of("Lambda::Permission")) + 1


# Queues


def test_a_message_is_not_taken_up_twice(transform: Callable[..., Stack], stack: Stack):
    """For every timeout a message stays hidden six times as long, as Lambda's page on SQS asks."""
    for timeout in stack.template["Parameters"]["TimeoutSeconds"]["AllowedValues"]:
        queue = transform(TimeoutSeconds=timeout).of("SQS::Queue")["MessagesQueue"]
        assert queue["VisibilityTimeout"] >= 6 * timeout


def test_messages_fail_one_by_one(stack: Stack):
    """The mapping asks for the form that the door answers: a message that fails does not repeat the others."""
    mapping = stack.the("Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["EventSourceArn"] == "<MessagesQueue.Arn>"


def test_what_fails_is_kept_for_two_weeks(stack: Stack):
    """Messages end in the dead letters, asynchronous invocations in their own queue, and nothing expires before."""
    queues = stack.of("SQS::Queue")
    redrive = queues["MessagesQueue"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": "<DeadLettersQueue.Arn>", "maxReceiveCount": 5}
    failed = stack.the("Lambda::EventInvokeConfig")
    assert failed["DestinationConfig"]["OnFailure"]["Destination"] == "<FailuresQueue.Arn>"
    assert failed["Qualifier"] == "live"
    kept = {name: queue["MessageRetentionPeriod"] for name, queue in queues.items() if name != "MessagesQueue"}
    assert set(kept.values()) == {14 * 24 * 3600}


# Who may do what


def statements(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in stack.resources.items():
        properties = resource.get("Properties", {})
        documents = [entry["PolicyDocument"] for entry in properties.get("Policies", ())]
        documents += [properties[key] for key in ("PolicyDocument", "AssumeRolePolicyDocument") if key in properties]
        for document in documents:
            yield from ((name, statement) for statement in document["Statement"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_policy_allows_a_wildcard(stack: Stack):
    """Every right is one named action on one named resource; a star stands only below a bucket's name."""
    allowed = [(name, s) for name, s in statements(stack) if s["Effect"] == "Allow"]
    assert len(allowed) >= 7
    for name, statement in allowed:
        assert "*" not in "".join(as_list(statement["Action"])), name
        assert "*" not in json.dumps(statement.get("Principal", "")), name
        for resource in as_list(statement.get("Resource", [])):
            assert re.fullmatch(r"<\w+\.Arn>|(<\w+\.Arn>|arn:aws:s3:::[a-z0-9-]+)/([a-z]+/)*\*", resource), resource


def test_the_role_may_do_what_the_doors_do_and_no_more(stack: Stack):
    """Logs, its queues, reading the input and writing below predictions/."""
    rights = {(a, r) for n, s in statements(stack) if n == "FunctionRole"
              for a in as_list(s["Action"]) for r in as_list(s.get("Resource", []))}  # fmt: skip
    assert rights == {
        ("logs:CreateLogStream", "<FunctionLog.Arn>"),
        ("logs:PutLogEvents", "<FunctionLog.Arn>"),
        ("sqs:ReceiveMessage", "<MessagesQueue.Arn>"),
        ("sqs:DeleteMessage", "<MessagesQueue.Arn>"),
        ("sqs:GetQueueAttributes", "<MessagesQueue.Arn>"),
        ("sqs:SendMessage", "<ResultsQueue.Arn>"),
        ("sqs:SendMessage", "<FailuresQueue.Arn>"),
        ("s3:GetObject", f"arn:aws:s3:::{stack.of('S3::Bucket')['InputBucket']['BucketName']}/*"),
        ("s3:PutObject", f"<ResultsBucket.Arn>/{s3.OUTPUT}*"),
        ("s3:AbortMultipartUpload", f"<ResultsBucket.Arn>/{s3.OUTPUT}*"),
    }
    assert stack.the("Lambda::Function")["Role"] == "<FunctionRole.Arn>"


def test_one_managed_policy_and_it_is_codedeploys(stack: Stack):
    """No role of the function's holds a policy that somebody else may widen."""
    managed = {n: r["ManagedPolicyArns"] for n, r in stack.of("IAM::Role").items() if "ManagedPolicyArns" in r}
    limited = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    assert managed == {"DeploymentRole": [limited]}


@pytest.mark.parametrize("bucket", ["InputBucket", "ResultsBucket"])
def test_buckets_are_private_and_encrypted(stack: Stack, bucket: str):
    """Nothing in a bucket can be made public, and everything in it is encrypted."""
    properties = stack.of("S3::Bucket")[bucket]
    assert set(stack.of("S3::Bucket")) == {"InputBucket", "ResultsBucket"}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert all(properties["PublicAccessBlockConfiguration"].values())
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_bucket_names_are_short_enough(transform: Callable[..., Stack], stack: Stack):
    """The longest prefix, in the region with the longest name, makes a name that S3 takes."""
    pattern = stack.template["Parameters"]["BucketPrefix"]["AllowedPattern"]
    assert max(n for n in range(64) if re.fullmatch(pattern, "a" * n)) == 20
    buckets = transform(BucketPrefix="a" * 20).of("S3::Bucket").values()
    longest = max(len(bucket["BucketName"]) for bucket in buckets) + len("ap-southeast-2") - len("eu-west-1")
    assert longest <= 63


def test_queues_are_encrypted(stack: Stack):
    """Every queue encrypts what it holds."""
    assert [n for n, queue in stack.of("SQS::Queue").items() if queue.get("SqsManagedSseEnabled") is not True] == []


def test_buckets_and_queues_are_reached_by_tls_only(stack: Stack):
    """Each has a policy that denies everything to everybody who comes without TLS."""
    denied: set[str] = set()
    for _, statement in statements(stack):
        if statement["Effect"] == "Deny":
            assert statement["Principal"] == "*"
            assert statement["Action"] in ("s3:*", "sqs:*")
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}
            denied |= set(as_list(statement["Resource"]))
    buckets, queues = stack.of("S3::Bucket"), stack.of("SQS::Queue")
    assert denied == {f"<{n}.Arn>" for n in (*buckets, *queues)} | {f"<{n}.Arn>/*" for n in buckets}


def test_logs_end(stack: Stack):
    """Every log group has a retention, and the function writes to its own."""
    groups = stack.of("Logs::LogGroup")
    assert [n for n, group in groups.items() if "RetentionInDays" not in group] == []
    assert stack.the("Lambda::Function")["LoggingConfig"]["LogGroup"] == "<FunctionLog>"


# Canary, alarms, dashboard


def test_a_canary_takes_a_tenth_and_alarms_roll_it_back(stack: Stack):
    """CodeDeploy moves the alias, and goes back when the new version errs or the service meets a fault."""
    policy = stack.resources["FunctionAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert policy["DeploymentGroupName"] == "<FunctionDeploymentGroup>"
    group = stack.the("CodeDeploy::DeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["AlarmConfiguration"] == {
        "Enabled": True,
        "Alarms": [{"Name": "<VersionErrorsAlarm>"}, {"Name": "<FaultsAlarm>"}],
    }


def test_a_repair_can_be_shipped_while_alarms_are_on(transform: Callable[..., Stack]):
    """All at once asks no alarm, or the fault that it mends would stop it."""
    group = transform(Deployment="AllAtOnce").the("CodeDeploy::DeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert group.get("AlarmConfiguration", {}) == {}


def test_the_canarys_alarm_looks_at_the_new_version(stack: Stack):
    """Errors of the version that this deployment publishes, under the alias; the old one's do not count."""
    alarm = stack.of("CloudWatch::Alarm")["VersionErrorsAlarm"]
    dimensions = {entry["Name"]: entry["Value"] for entry in alarm["Dimensions"]}
    assert dimensions["ExecutedVersion"] == stack.the("Lambda::Alias")["FunctionVersion"]


def alarmed(stack: Stack) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(namespace, metric, dimensions) of each alarm."""
    for alarm in stack.of("CloudWatch::Alarm").values():
        dimensions = {entry["Name"]: entry["Value"] for entry in alarm["Dimensions"]}
        yield alarm["Namespace"], alarm["MetricName"], dimensions


def shown(stack: Stack) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The same of each line on the dashboard."""
    for widget in json.loads(stack.the("CloudWatch::Dashboard")["DashboardBody"])["widgets"]:
        for namespace, metric, *pairs in widget["properties"]["metrics"]:
            names = [part for part in pairs if isinstance(part, str)]
            yield namespace, metric, dict(zip(names[::2], names[1::2], strict=True))


@pytest.mark.parametrize("lines", [alarmed, shown])
def test_every_metric_is_emitted(stack: Stack, lines: Callable[[Stack], Iterator[tuple[str, str, dict[str, str]]]]):
    """Alarms and dashboard name metrics, by dimensions, that the service's code or AWS emits, of this stack's parts."""
    found = list(lines(stack))
    assert len(found) >= 7
    queues = {f"<{name}.QueueName>" for name in stack.of("SQS::Queue")}
    known = {**IDENTITIES, "QueueName": queues, "ExecutedVersion": {f"<{version(stack)}.Version>"}}
    for namespace, metric, dimensions in found:
        assert tuple(dimensions) in METRICS[namespace][metric], metric
        assert [value for name, value in dimensions.items() if value not in known[name]] == []


def test_alarms_tell_whom_the_parameter_names(transform: Callable[..., Stack], stack: Stack):
    """No topic, no action; a topic, every alarm."""
    assert [n for n, alarm in stack.of("CloudWatch::Alarm").items() if "AlarmActions" in alarm] == []
    topic = "arn:aws:sns:eu-west-1:123456789012:alarms"
    told = transform(AlarmTopicArn=topic).of("CloudWatch::Alarm").values()
    assert [alarm["AlarmActions"] for alarm in told] == [[topic]] * len(stack.of("CloudWatch::Alarm"))


def test_silence_is_no_alarm(stack: Stack):
    """Metrics of errors exist only when there are some: missing is good."""
    alarms = stack.of("CloudWatch::Alarm").values()
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching"}


# What the stack tells


def test_the_lines_to_try_ask_what_the_service_answers(stack: Stack):
    """Each line is whole for a shell, and what it sends is one of the forms of a request."""
    sent = {"TryHttp": "-d", "TryUrl": "-d", "TryInvoke": "--payload", "TryMessage": "--message-body"}
    for name, option in sent.items():
        words = shlex.split(stack.outputs[name])
        body = json.loads(words[words.index(option) + 1])
        assert set(body) & set(KINDS), name
    assert "https://<Api>.execute-api.eu-west-1.amazonaws.com/predict" in stack.outputs["TryHttp"]
    assert "<FunctionUrl.FunctionUrl>predict" in stack.outputs["TryUrl"]


def test_every_parameter_is_explained(stack: Stack):
    """docs/deploy.md has a row for each parameter, in the template's order, with its default."""
    section = (ROOT / "docs/deploy.md").read_text().partition("\n## Parameters\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE)
    parameters = {n: str(entry.get("Default", "from make")) for n, entry in stack.template["Parameters"].items()}
    told = {name: default.strip("`").replace(",", "") for name, default in rows}
    assert list(told) == list(parameters)
    assert told == {name: default or "none" for name, default in parameters.items()}
