"""How S3 is reached. This module alone knows the SDK."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rowmill.errors import ConfigError

DEFAULT_ENDPOINT = "s3.us-west-2.amazonaws.com"
DEFAULT_REGION = "us-west-2"


@dataclass(frozen=True)
class S3Config:
    """How S3 is reached. The keys stay out of `repr` and of pickles.

    endpoint: host or URL; http:// is allowed
    """

    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    region: str = DEFAULT_REGION
    endpoint: str = field(default_factory=lambda: os.environ.get("S3_ENDPOINT") or DEFAULT_ENDPOINT)

    @classmethod
    def from_env(cls) -> S3Config:
        """From ACCESS_KEY, SECRET_KEY (or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and S3_ENDPOINT.

        Keys that are not set are None: local paths need none.
        """
        return cls(*_keys())

    @property
    def endpoint_url(self) -> str:
        """The endpoint as a URL. Raises ConfigError if it is none."""
        text = self.endpoint.strip()
        url = text if "://" in text else f"https://{text}"
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            sound = False
        if not sound or parts.query or parts.fragment or any(c.isspace() for c in url):
            raise ConfigError(
                "the S3 endpoint is a host or a URL with http or https",
                where="S3_ENDPOINT",
                value=None if "@" in text else text,
                fix=f"for example {DEFAULT_ENDPOINT} or http://localhost:9000",
            )
        if "@" in parts.netloc:  # a password would be shown wherever the endpoint is
            raise ConfigError(
                "the S3 endpoint can't hold a user or password", where="S3_ENDPOINT", fix="use ACCESS_KEY, SECRET_KEY"
            )
        return url.rstrip("/")

    @property
    def path_style(self) -> bool:
        """Whether buckets stand in the path of the URL, not in the host's name: for all that is not AWS."""
        host = urlsplit(self.endpoint_url).hostname or ""
        return not host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    def client(self) -> Any:
        """A boto3 S3 client. Raises ConfigError if a key is missing."""
        missing = [n for n, v in (("ACCESS_KEY", self.access_key), ("SECRET_KEY", self.secret_key)) if not v]
        if missing:
            raise ConfigError("S3 needs credentials", where=" and ".join(missing), fix="set them in the environment")
        import boto3
        from botocore.config import Config

        style = "path" if self.path_style else "virtual"
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": style}, retries={"mode": "standard", "max_attempts": 5}),
        )

    # A pickle holds no key: whoever opens it takes the keys of its own environment.
    def __getstate__(self) -> dict[str, Any]:
        return {"region": self.region, "endpoint": self.endpoint}

    def __setstate__(self, state: dict[str, Any]) -> None:
        access_key, secret_key = _keys()
        self.__dict__.update(state, access_key=access_key, secret_key=secret_key)

    def __copy__(self) -> S3Config:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> S3Config:
        return self


def _keys() -> tuple[str | None, str | None]:
    environment = os.environ.get
    return (
        environment("ACCESS_KEY") or environment("AWS_ACCESS_KEY_ID") or None,
        environment("SECRET_KEY") or environment("AWS_SECRET_ACCESS_KEY") or None,
    )
