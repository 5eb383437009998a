"""Lines of CloudWatch Logs, by stream, in order.

Left out: following a log that still grows, which a caller does by asking again.
"""

from collections.abc import Iterator

from .door import Aws


def lines(aws: Aws, group: str, stream: str) -> Iterator[str]:
    """The lines of one stream from its head.

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
