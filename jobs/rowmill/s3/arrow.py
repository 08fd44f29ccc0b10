"""S3 as a filesystem of pyarrow, for reading."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pyarrow import fs

from rowmill.s3.client import CONNECT_SECONDS, READ_SECONDS
from rowmill.s3.config import S3Config


def filesystem(config: S3Config) -> fs.FileSystem:
    """The filesystem whose paths are bucket/key. It holds the keys, so it is never pickled. Raises ConfigError."""
    url = urlsplit(config.endpoint_url)
    options: dict[str, Any] = {
        "region": config.region,
        "scheme": url.scheme,
        "connect_timeout": CONNECT_SECONDS,
        "request_timeout": READ_SECONDS,
        "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=config.attempts),
    }
    if not config.is_aws:
        options["endpoint_override"] = url.netloc + url.path
        options["force_virtual_addressing"] = not config.path_style
    if config.has_keys:
        options |= {"access_key": config.access_key, "secret_key": config.secret_key}
        options |= {"session_token": config.session_token} if config.session_token else {}
    if config.ca_bundle:
        options["tls_ca_file_path"] = config.ca_bundle
    if config.proxy_url:
        options["proxy_options"] = config.proxy_url
    return fs.S3FileSystem(**options)
