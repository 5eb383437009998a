"""Amazon Translate through boto3: several calls at once, each asked again while the service says to wait.

https://docs.aws.amazon.com/translate/latest/dg/what-is-limits.html: 10,000 bytes of UTF-8 a call; a longer text goes
in parts that end where sentences do. Credentials come from boto3's usual places. Left out: batch jobs of folders, and
how many words the service did not know, which it does not tell.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..errors import EngineError, EngineUnavailable
from .protocol import Failed, Translated, translated
from .sentences import split

BYTES = 10_000
CALLS = 8
"""At once, from one process."""
ATTEMPTS = 9
_PAUSES_S = (0.5, 20.0)
"""The first and the longest; all nine attempts take about a minute."""
_WAIT = {
    "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException",
    "ServiceUnavailableException", "ServiceUnavailable", "InternalServerException", "InternalFailure", "RequestTimeout",
}  # fmt: skip
_OF_THE_TEXT = {"TextSizeLimitExceededException", "InvalidRequestException", "DetectedLanguageLowConfidenceException"}


class Amazon:
    """From one language to English; `client` is boto3's of the service, safe between threads."""

    def __init__(
        self, source: str, client: Any, calls: int = CALLS, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.source = source
        self.name = f"amazon:{source}-en"
        self.version = str(client.meta.service_model.api_version)
        self._client = client
        self._sleep = sleep
        self._calls = ThreadPoolExecutor(calls, thread_name_prefix="translate")

    @classmethod
    def in_region(cls, source: str, region: str, endpoint: str | None = None) -> "Amazon":
        """Raises: EngineError where the region's name is none."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        once = Config(
            retries={"total_max_attempts": 1}, max_pool_connections=CALLS, connect_timeout=10, read_timeout=60
        )
        try:
            client = boto3.Session().client("translate", region_name=region, endpoint_url=endpoint, config=once)
        except (BotoCoreError, ValueError) as error:
            raise EngineError(f"amazon:{region}: {error}") from error
        return cls(source, client)

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        """An answer for each text, in order.

        Raises: EngineUnavailable when the service makes one wait for too long; EngineError when it refuses.
        """
        return list(self._calls.map(self._text, texts))

    def close(self) -> None:
        self._calls.shutdown(cancel_futures=True)
        self._client.close()

    def _text(self, text: str) -> Translated | Failed:
        if not text.strip():
            return Translated(text, 0.0, negation_lost=False)
        parts: list[str] = []
        for part in split(text, BYTES):
            said = self._part(part)
            if isinstance(said, Failed):
                return said
            parts.append(said)
        return translated(self.source, text, " ".join(parts))

    def _part(self, part: str) -> str | Failed:
        from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(_pause_s(attempt))
            try:
                answer = self._client.translate_text(
                    Text=part, SourceLanguageCode=self.source, TargetLanguageCode="en"
                )  # fmt: skip
                return str(answer["TranslatedText"])
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", ""))
                if code in _OF_THE_TEXT:
                    return Failed(f"Amazon Translate: {code}")
                if code not in _WAIT and error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < 500:
                    raise EngineError(f"{self.name}: {code}") from error
                reason = code
            except (ConnectionError, HTTPClientError) as error:
                reason = type(error).__name__
            except BotoCoreError as error:
                raise EngineError(f"{self.name}: {error}") from error
        raise EngineUnavailable(f"{self.name}: {reason} {ATTEMPTS} times")


def _pause_s(attempt: int) -> float:
    """Exponential, with jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
    first, longest = _PAUSES_S
    return min(longest, first * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311
