"""What looks like a secret, by a file's name and by its first megabyte; what looks so is not sent unless it is named.

Rules by name are those of files that hold a key or a password by their purpose. Rules by content are formats that no
other text has, so a mistake is rare: AWS documents its key ids in
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids, GitHub its tokens in
https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/, RFC 7468 the header of private keys.
Left out: passwords that a person made up, which look like any other word, and archives, which nobody opens here.
"""

import re

from pathspec import GitIgnoreSpec

HEAD_BYTES = 1024 * 1024
"""How much of a file is looked at; text that a person wrote a key into is shorter."""

_NAMES = GitIgnoreSpec.from_lines(
    [
        ".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", "!.env.dist", "*.pem", "*.key", "*.p12",
        "*.pfx", "*.jks", "*.ppk", "*.kdbx", "*.keystore", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
        "**/.aws/credentials", ".ssh/", ".netrc", "_netrc", ".pgpass", ".pypirc", ".git-credentials", ".htpasswd",
        ".dockercfg", "**/.docker/config.json", "**/.kube/config", ".gnupg/", "*.tfstate",
    ]
)  # fmt: skip
_CONTENT = (
    (b"PRIVATE KEY", re.compile(rb"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"), "a private key"),
    (b"AKIA", re.compile(rb"(?<![A-Z0-9])AKIA(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])"), "an access key of AWS"),
    (b"ASIA", re.compile(rb"(?<![A-Z0-9])ASIA(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])"), "an access key of AWS"),
    *((b"gh%c_" % kind, re.compile(rb"(?<!\w)gh%c_[A-Za-z0-9]{36,}" % kind), "a token of GitHub") for kind in b"pousr"),
    (b"github_pat_", re.compile(rb"(?<!\w)github_pat_[A-Za-z0-9_]{60,}"), "a token of GitHub"),
    (b"glpat-", re.compile(rb"(?<!\w)glpat-[A-Za-z0-9_-]{20,}"), "a token of GitLab"),
    (b"xox", re.compile(rb"(?<!\w)xox[abprs]-[0-9]{6,}-[A-Za-z0-9-]{20,}"), "a token of Slack"),
    (b"_live_", re.compile(rb"(?<!\w)[rs]k_live_[A-Za-z0-9]{20,}"), "a key of Stripe"),
    (b"hf_", re.compile(rb"(?<!\w)hf_[A-Za-z]{34}(?!\w)"), "a token of Hugging Face"),
    (b"pypi-", re.compile(rb"(?<!\w)pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"), "a token of PyPI"),
)
_LOGIN = re.compile(rb"://[^/\s:@]+:(?!\$\{)[^/\s:@]+@")


def by_name(path: str) -> str | None:
    """Why a path looks like a secret, or None.

    >>> by_name("config/.env.local"), by_name("main.py")
    ('its name', None)
    """
    return "its name" if _NAMES.match_file(path) else None


def by_content(head: bytes) -> str | None:
    """What a file's first bytes hold that looks like a secret, or None.

    >>> by_content(b"-----BEGIN " + b"OPENSSH PRIVATE KEY-----")
    'holds a private key'
    """
    if b"\0" in head[:8000]:  # no text, as git tells it: what holds keys there is known by its name
        return None
    for marker, pattern, what in _CONTENT:
        if marker in head and pattern.search(head):  # a plain search is some twenty times as fast as a pattern
            return f"holds {what}"
    return None


def in_requirements(content: bytes) -> str | None:
    """Why requirements look like a secret: an index's address with a password that is no ${VARIABLE}."""
    return "holds an address with a password" if _LOGIN.search(content) else None


class Allowed:
    """The paths that a person named, or patterns of them, as in .gitignore."""

    def __init__(self, named: tuple[str, ...]) -> None:
        self._spec = GitIgnoreSpec.from_lines(named)

    def __contains__(self, path: str) -> bool:
        return self._spec.match_file(path)
