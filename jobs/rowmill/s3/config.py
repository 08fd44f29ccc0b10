"""How S3 is reached: endpoint, region, credentials, TLS, proxy."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rowmill.errors import ConfigError

DEFAULT_ENDPOINT = "s3.us-west-2.amazonaws.com"
DEFAULT_REGION = "us-west-2"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_SECRETS = ("access_key", "secret_key", "session_token")


@dataclass(frozen=True)
class S3Config:
    """How S3 is reached. The keys stay out of `repr` and of pickles.

    access_key, secret_key, session_token: None means the chain of AWS: its environment, profile or instance role
    region:     that requests are signed for; default: AWS_REGION, else the one in an endpoint of AWS, else us-west-2
    endpoint:   host or URL; http:// is allowed
    force_path_style: whether buckets stand in the path of the URL; None: unless the endpoint is AWS
    ca_bundle:  PEM file of the certificates that are trusted; None: the system's
    proxy:      URL of an HTTP proxy; None: as HTTPS_PROXY and NO_PROXY say
    attempts:   the most tries of a request that may succeed when it is repeated (503, a cut connection)
    """

    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    region: str = field(default_factory=lambda: _region())
    endpoint: str = field(default_factory=lambda: os.environ.get("S3_ENDPOINT") or DEFAULT_ENDPOINT)
    session_token: str | None = field(default=None, repr=False)
    force_path_style: bool | None = field(default_factory=lambda: _truth("S3_PATH_STYLE"))
    ca_bundle: str | None = field(default_factory=lambda: _first("S3_CA_BUNDLE", "AWS_CA_BUNDLE"))
    proxy: str | None = field(default_factory=lambda: _first("S3_PROXY"), repr=False)
    attempts: int = field(default_factory=lambda: _attempts())

    @classmethod
    def from_env(cls) -> S3Config:
        """All from the environment. Keys that are not set are None. Raises ConfigError for one key without the other.

        ACCESS_KEY and SECRET_KEY (else AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), S3_ENDPOINT,
        S3_REGION, S3_PATH_STYLE, S3_CA_BUNDLE, S3_PROXY, S3_ATTEMPTS
        """
        keys = _keys()
        return cls(keys["access_key"], keys["secret_key"], session_token=keys["session_token"])

    def client(self, strict: bool = False) -> Any:
        """A boto3 S3 client. Raises ConfigError for settings that can't be.

        strict: gives up within seconds
        """
        from rowmill.s3.client import client

        return client(self, strict)

    def __post_init__(self) -> None:
        if self.ca_bundle and not Path(self.ca_bundle).is_file():
            raise ConfigError("there is no such file", where="S3_CA_BUNDLE", value=self.ca_bundle)

    @property
    def endpoint_url(self) -> str:
        """The endpoint as a URL. Raises ConfigError if it is none."""
        return _url(self.endpoint, "S3_ENDPOINT", "S3 endpoint", f"{DEFAULT_ENDPOINT} or http://localhost:9000", True)

    @property
    def proxy_url(self) -> str | None:
        """The proxy as a URL. Raises ConfigError if it is none."""
        return _url(self.proxy, "S3_PROXY", "proxy", "http://proxy.example:3128", False) if self.proxy else None

    @property
    def is_aws(self) -> bool:
        """Whether the endpoint is Amazon's."""
        host = urlsplit(self.endpoint_url).hostname or ""
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    @property
    def is_encrypted(self) -> bool:
        """Whether requests travel by TLS."""
        return self.endpoint_url.startswith("https:")

    @property
    def is_loopback(self) -> bool:
        """Whether requests never leave this machine."""
        host = urlsplit(self.endpoint_url).hostname or ""
        try:
            return self.proxy_url is None and ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def path_style(self) -> bool:
        """Whether buckets stand in the path of the URL, not in the host's name: for all that is not AWS."""
        return not self.is_aws if self.force_path_style is None else self.force_path_style

    @property
    def has_keys(self) -> bool:
        """Whether the keys are given here, so that AWS's chain is not asked. Raises ConfigError for half a pair."""
        if bool(self.access_key) != bool(self.secret_key):
            missing = "SECRET_KEY" if self.access_key else "ACCESS_KEY"
            raise ConfigError("S3 needs credentials", where=missing, fix="set it in the environment, too")
        return bool(self.access_key)

    def environment(self) -> dict[str, str]:
        """The keys given here as variables, for a process that is to have them; empty if the chain of AWS has them."""
        if not self.has_keys:
            return {}
        keys = (self.access_key or "", self.secret_key or "", self.session_token or "")
        if self.session_token:
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            return dict(zip(names, keys, strict=True)) | {"ACCESS_KEY": "", "SECRET_KEY": ""}
        return {"ACCESS_KEY": keys[0], "SECRET_KEY": keys[1]}

    # A pickle holds no key: whoever opens it takes the keys of its own environment.
    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _SECRETS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, **_keys())

    def __copy__(self) -> S3Config:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> S3Config:
        return self


def _url(text: str, where: str, what: str, example: str, secret_apart: bool) -> str:
    text = text.strip()
    url = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or any(c.isspace() for c in url):
        raise ConfigError(
            f"the {what} is a host or a URL with http or https",
            where=where,
            value=None if "@" in text else text,
            fix=f"for example {example}",
        )
    if secret_apart and "@" in parts.netloc:  # a password would be shown wherever the endpoint is
        raise ConfigError(f"the {what} can't hold a user or password", where=where, fix="use ACCESS_KEY, SECRET_KEY")
    return url.rstrip("/")


def _keys() -> dict[str, str | None]:
    own = {"access_key": _first("ACCESS_KEY"), "secret_key": _first("SECRET_KEY"), "session_token": None}
    if own["access_key"] and own["secret_key"]:
        return own
    return {
        "access_key": _first("ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        "secret_key": _first("SECRET_KEY", "AWS_SECRET_ACCESS_KEY"),
        "session_token": None if own["access_key"] or own["secret_key"] else _first("AWS_SESSION_TOKEN"),
    }


def _region() -> str:
    named = _first("S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION")
    if named:
        return named
    # s3.eu-central-1.amazonaws.com names its region.
    parts = (os.environ.get("S3_ENDPOINT") or "").split("://")[-1].split("/")[0].split(".")
    return parts[1] if len(parts) >= 4 and parts[0] == "s3" and "amazonaws" in parts else DEFAULT_REGION


def _first(*names: str) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)


def _truth(name: str) -> bool | None:
    text = _first(name)
    if text is None:
        return None
    if text.lower() not in TRUE + FALSE:
        raise ConfigError("true or false expected", where=name, value=text)
    return text.lower() in TRUE


def _attempts() -> int:
    text = _first("S3_ATTEMPTS") or "11"
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise ConfigError("a number of tries expected, 1 to 100", where="S3_ATTEMPTS", value=text)
    return int(text)
