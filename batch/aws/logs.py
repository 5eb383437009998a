"""What a shard wrote, from CloudWatch Logs by the stream of each attempt.

Left out: following a log that still grows.
"""

from collections.abc import Iterator

from .door import Aws


def lines(aws: Aws, group: str, stream: str) -> Iterator[str]:
    """The lines of one attempt, in order.

    Raises: AwsError.
    """
    token: dict[str, str] = {}
    while True:
        answer = aws.call(
            "logs", "get_log_events", logGroupName=group, logStreamName=stream, startFromHead=True, **token
        )
        for event in answer["events"]:
            yield event["message"]
        if token.get("nextToken") == answer["nextForwardToken"]:
            return
        token = {"nextToken": answer["nextForwardToken"]}
