"""What can go wrong in this room, ordered by who has to act; each has one sentence and the fix.

    LauncherError
    ├── OptionsError          the person: an option, a variable or a setting says what cannot be
    ├── ProjectError          the person: the folder cannot be run as it is
    │   └── SecretError           it holds what looks like a secret
    ├── NotEmptyError         the person: the results' folder has something in it
    ├── CheckError            the person: what `check` found, before anything was paid
    ├── PlanError             the person: what is asked for cannot be planned so
    ├── MoneyError            the person: no price is known, or a limit is lower than any run would cost
    ├── UnknownRun            the person: no run has that id
    ├── ManifestError         a manifest is damaged, or of another version
    ├── StorageError          the place of the blobs said no
    │   ├── StorageUnreachable    it did not answer now, try again
    │   └── DamagedError          what came is not what was put there
    ├── EngineError           an engine cannot do its work
    ├── AwsError              AWS said no, or did not answer; its code tells which
    ├── RunFailed             the person's script, or its machine, ended badly
    ├── LeftBehind            something that costs money may be left
    └── Stopped               ended by a person or a signal

Left out: exit codes (`codes`), and how an error is shown (`commands`).
"""

from collections.abc import Sequence

_PASSING = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
        "RequestThrottled", "RequestThrottledException", "SlowDown", "EC2ThrottledException", "ServiceUnavailable",
        "ServiceUnavailableException", "InternalError", "InternalFailure", "InternalServerError", "ServerException",
        "RequestTimeout", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
        "ProxyConnectionError", "HTTPClientError", "NoAnswerOfAws", "LimitExceededException", "BandwidthLimitExceeded",
    }
)  # fmt: skip
"""Codes of AWS and of botocore after which the same call may go well; botocore/retries/standard.py has most."""
_REFUSED = {
    "NoCredentials": "set AWS_PROFILE, or run `aws configure`",
    "NoCredentialsError": "set AWS_PROFILE, or run `aws configure`",
    "NoRegionError": "name one with --region, or set AWS_DEFAULT_REGION",
    "ProfileNotFound": "name a profile that `aws configure list-profiles` shows",
    "ExpiredToken": "sign in again (`aws sso login`), then repeat the command",
    "ExpiredTokenException": "sign in again (`aws sso login`), then repeat the command",
    "RequestExpired": "sign in again (`aws sso login`), then repeat the command",
    "InvalidClientTokenId": "the credentials are not known to AWS: check AWS_PROFILE",
    "UnrecognizedClientException": "the credentials are not known to AWS: check AWS_PROFILE",
    "SignatureDoesNotMatch": "the secret key does not fit the key's id: run `aws configure`",
    "AccessDenied": "ask for what launcher/policy.json lists",
    "AccessDeniedException": "ask for what launcher/policy.json lists",
    "UnauthorizedOperation": "ask for what launcher/policy.json lists",
}
"""Codes after which a person has to act, and how."""


class LauncherError(Exception):
    """Base of every error that this room raises on purpose: one sentence, and in `fix` what to do about it."""

    def __init__(self, message: str, fix: str = "") -> None:
        # BaseException keeps what the constructor was given in `args`, so copies and other processes can make it anew
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return self.message


class OptionsError(LauncherError):
    """An option, a variable LAUNCHER_* or a key of [tool.launcher] says what cannot be."""


class ProjectError(LauncherError):
    """The project's folder cannot be run as it is."""


class SecretError(ProjectError):
    """The files of `found` (path and why) look like secrets, so nothing was sent."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        listed = "; ".join(f"{path} ({why})" for path, why in found[:5])
        more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
        super().__init__(
            f"the project holds what looks like a secret: {listed}{more}",
            "name it in .launchignore to leave it out, or send it with --allow-secret PATH if it is none",
        )
        self.found = tuple(found)


class NotEmptyError(LauncherError):
    """The folder for the results, `path`, has something in it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"the folder for the results is not empty: {path}", "name another folder with -o, or add --replace"
        )
        self.path = path


class CheckError(LauncherError):
    """What `check` found; each of `failures` is one sentence with its fix."""

    def __init__(self, failures: Sequence[str]) -> None:
        count = len(failures)
        super().__init__(
            f"{count} check{'s' if count != 1 else ''} failed: {'; '.join(failures)}",
            "mend the project, then run `python -m launcher check`",
        )
        self.failures = tuple(failures)


class PlanError(LauncherError):
    """What is asked for cannot be planned so."""


class MoneyError(LauncherError):
    """No price is known, or a limit is lower than any run would cost."""


class UnknownRun(LauncherError):
    """No run has the id `run_id`."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"no run has the id {run_id}", "`python -m launcher list` shows the ids there are")
        self.run_id = run_id


class ManifestError(LauncherError):
    """A manifest is damaged, or of another version."""


class StorageError(LauncherError):
    """The place of the blobs said no."""


class StorageUnreachable(StorageError):
    """The place of the blobs did not answer now, and may later."""


class DamagedError(StorageError):
    """What stands at `where` is not what its name says."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(
            f"{where} is damaged: expected {expected}, found {found}",
            "remove it, then start the run again",
        )
        self.where = where
        self.expected = expected
        self.found = found


class EngineError(LauncherError):
    """An engine cannot do its work: no environment could be made, or its state is damaged."""


class AwsError(LauncherError):
    """What was `asked` of AWS was answered with `code`, or not at all."""

    def __init__(self, asked: str, code: str, message: str, fix: str = "") -> None:
        super().__init__(f"{asked}: {code}{': ' + message if message else ''}", fix or _REFUSED.get(code, ""))
        self.asked = asked
        self.code = code
        self.said = message

    @property
    def may_pass(self) -> bool:
        """Whether the same call may go well a moment later."""
        return self.code in _PASSING

    @property
    def refused(self) -> bool:
        """Whether a person's credentials, region or rights are what is wrong."""
        return self.code in _REFUSED


class RunFailed(LauncherError):
    """The run ended with `exit_code`, which is not 0."""

    def __init__(self, message: str, exit_code: int, fix: str = "") -> None:
        super().__init__(message, fix)
        self.exit_code = exit_code


class LeftBehind(LauncherError):
    """The resources `names` are there still, and may cost money."""

    def __init__(self, names: Sequence[str]) -> None:
        count = len(names)
        listed = ", ".join(names[:10]) + (f" and {count - 10} more" if count > 10 else "")
        super().__init__(
            f"{count} resource{'s are' if count != 1 else ' is'} left: {listed}", "run `python -m launcher sweep`"
        )
        self.names = tuple(names)


class Stopped(LauncherError):
    """Ended by signal `number`: 2 for Ctrl-C, 15 for SIGTERM."""

    def __init__(self, number: int, message: str = "stopped", fix: str = "") -> None:
        super().__init__(message, fix)
        self.number = number
