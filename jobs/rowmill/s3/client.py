"""boto3 clients, and what their failures mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from rowmill.errors import ConfigError, RowmillError, StorageError
from rowmill.s3.config import S3Config

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

CONNECT_SECONDS, READ_SECONDS = 10, 30  # without a byte
STRICT_CONNECT_SECONDS, STRICT_READ_SECONDS, STRICT_ATTEMPTS = 3, 4, 4
MAX_CONNECTIONS = 64


def client(config: S3Config, strict: bool = False) -> Any:
    """A boto3 S3 client. Raises ConfigError for settings that can't be.

    strict: gives up within seconds, for asking whether a store is there at all, and for clearing up
    """
    from botocore.config import Config

    keys: dict[str, Any] = {}
    if config.has_keys:
        keys = {
            "aws_access_key_id": config.access_key,
            "aws_secret_access_key": config.secret_key,
            "aws_session_token": config.session_token,
        }
    settings: dict[str, Any] = {
        "s3": {
            "addressing_style": "path" if config.path_style else "virtual",
            # A body that nobody can change on its way needs no SHA-256 beside its checksum.
            "payload_signing_enabled": not (config.is_encrypted or config.is_loopback),
        },
        "retries": {"mode": "standard", "total_max_attempts": STRICT_ATTEMPTS if strict else config.attempts},
        "connect_timeout": STRICT_CONNECT_SECONDS if strict else CONNECT_SECONDS,
        "read_timeout": STRICT_READ_SECONDS if strict else READ_SECONDS,
        "max_pool_connections": MAX_CONNECTIONS,
        "user_agent_extra": "rowmill",
        # Checksums are made and compared where they matter: for each part.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    if config.proxy_url:
        settings["proxies"] = {"http": config.proxy_url, "https": config.proxy_url}
    with translated("S3"):
        return _session().client(
            "s3",
            endpoint_url=config.endpoint_url,
            region_name=config.region,
            verify=config.ca_bundle or None,
            config=Config(**settings),
            **keys,
        )


@cache
def _session() -> Any:
    """One for all clients: what it has read of the SDK's descriptions, the next one need not read."""
    import boto3

    return boto3.session.Session()


@cache
def located(config: S3Config, bucket: str) -> S3Config:
    """The settings with the region that the bucket is in: others than boto3 don't find it by themselves.

    One request with little patience, which also tells that the bucket can be looked at at all.
    Raises StorageError or ConfigError.
    """
    asked: list[str] = []
    one = client(config, strict=True)

    def note(request: Any, **_: Any) -> None:
        found = _SCOPE.search(_text(request.headers.get("Authorization", "")))
        if found:
            asked.append(found[1])

    one.meta.events.register("before-send.s3", note)
    with translated(f"s3a://{bucket}", config):
        one.list_objects_v2(Bucket=bucket, MaxKeys=1)
    return replace(config, region=asked[-1]) if asked else config


# The scope of a signature names the region that it is for (AWS Signature Version 4).
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def error_code(error: BaseException) -> str:
    """The code of an S3 error, as `NoSuchKey` or `404`; empty for others."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def is_missing(error: BaseException) -> bool:
    """Whether an error says that an object is not there."""
    return error_code(error) in ("NoSuchKey", "404", "NotFound")


def is_refused_condition(error: BaseException) -> bool:
    """Whether an If-Match or If-None-Match was not met."""
    return error_code(error) in ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")


@contextmanager
def translated(where: str, config: S3Config | None = None) -> Iterator[None]:
    """What the SDK raises in here becomes a StorageError or ConfigError that says what to do."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        raise _of_store(error, where) from error
    except (BotoCoreError, HTTPError) as error:
        raise _of_transport(error, where, config) from error


# Code of S3 -> what, and what to do (Amazon S3 API Reference, "Error responses").
_CODES = {
    "NoSuchBucket": ("there is no such bucket", "make it, or name another"),
    "AccessDenied": ("no permission", "let the keys do what docs/s3.md lists, or use other keys"),
    "AllAccessDisabled": ("no permission: the account's access is disabled", "ask who owns the bucket"),
    "SignatureDoesNotMatch": ("the secret key is wrong", "check SECRET_KEY (or AWS_SECRET_ACCESS_KEY)"),
    "InvalidAccessKeyId": ("the store does not know the access key", "check ACCESS_KEY (or AWS_ACCESS_KEY_ID)"),
    "XAdminUserNotFound": ("the store does not know the access key", "check ACCESS_KEY (or AWS_ACCESS_KEY_ID)"),
    "XAdminNoSuchUser": ("the store does not know the access key", "check ACCESS_KEY (or AWS_ACCESS_KEY_ID)"),
    "ExpiredToken": ("the credentials have expired", "get new ones and run again"),
    "InvalidToken": ("the session token is wrong", "check AWS_SESSION_TOKEN"),
    "RequestTimeTooSkewed": ("the clock of this machine is wrong", "set it (chronyc makestep)"),
    "AuthorizationHeaderMalformed": ("the region is wrong", "set S3_REGION to the bucket's"),
    "PermanentRedirect": ("the bucket is in another region", "set S3_ENDPOINT and S3_REGION to the bucket's"),
    "301": ("the bucket is in another region", "set S3_ENDPOINT and S3_REGION to the bucket's"),
    "QuotaExceeded": ("the bucket is full: its quota is used up", "free some space, or name another bucket"),
    "XMinioStorageFull": ("the store is full", "free some space there"),
    "InsufficientCapacity": ("the store is full", "free some space there"),
    "507": ("the store is full", "free some space there"),
    "SlowDown": ("the store asks to slow down, for too long", "run again later, or on fewer cores"),
    "503": ("the store is overloaded or down", "run again later"),
    "ServiceUnavailable": ("the store is overloaded or down", "run again later"),
    "NoSuchUpload": ("an upload was aborted by somebody else", "run again"),
    "KeyTooLongError": ("the path is too long for S3", "name a shorter one"),
    "BadDigest": ("what the store received is not what was sent", "check the network, and run again"),
    "XAmzContentChecksumMismatch": ("what the store received is not what was sent", "check the network, and run again"),
    "403": ("no permission, or wrong keys", "check ACCESS_KEY and SECRET_KEY, and what docs/s3.md lists"),
    "404": ("there is nothing", "check the path"),
    "NoSuchKey": ("there is nothing", "check the path"),
}


def by_code(code: str, where: str) -> StorageError | None:
    """What a code of S3 means; None for one that is not known."""
    what, fix = _CODES.get(code, (None, None))
    return StorageError(what, where=where, fix=fix) if what else None


def _of_store(error: ClientError, where: str) -> RowmillError:
    code = error_code(error)
    details = error.response.get("Error", {})
    message = " ".join(str(details.get("Message", "")).split())[:200]
    tries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
    after = f" (after {tries + 1} tries)" if tries else ""
    if "no space left" in message.lower() or "disk full" in message.lower():
        return StorageError("the store is full: no space left", where=where, fix="free some space there")
    if code in _CODES:
        what, fix = _CODES[code]
        return StorageError(f"{what}{after}", where=where, fix=fix)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    text = f"{code} {message}".strip() or str(status)
    return StorageError(f"the store refused {error.operation_name}{after}: {text}", where=where)


def _of_transport(error: BotoCoreError, where: str, config: S3Config | None) -> RowmillError:
    from botocore import exceptions as known

    endpoint = f" at {config.endpoint_url}" if config else ""
    if isinstance(error, known.NoCredentialsError | known.PartialCredentialsError):
        fix = "set ACCESS_KEY and SECRET_KEY in the environment, or AWS_PROFILE, or run where there is an instance role"
        return ConfigError("S3 needs credentials", where=where, fix=fix)
    if isinstance(error, known.ProfileNotFound | known.CredentialRetrievalError | known.TokenRetrievalError):
        return ConfigError(f"no credentials: {' '.join(str(error).split())[:200]}", where=where)
    if isinstance(error, known.SSLError):
        return StorageError(
            f"the store{endpoint} has no certificate that is trusted",
            where=where,
            fix="set S3_CA_BUNDLE to the PEM file of its authority",
        )
    if isinstance(error, known.ProxyConnectionError):
        return StorageError("the proxy can't be reached", where=where, fix="check S3_PROXY and HTTPS_PROXY")
    if isinstance(error, known.ConnectTimeoutError | known.ReadTimeoutError):
        return StorageError(
            f"the store{endpoint} does not answer in time", where=where, fix="check S3_ENDPOINT, the network, its load"
        )
    if isinstance(error, known.EndpointConnectionError | known.ConnectionError):
        return StorageError(
            f"the store{endpoint} can't be reached", where=where, fix="check S3_ENDPOINT, and that the store runs"
        )
    if isinstance(error, known.HTTPClientError):
        return StorageError(
            f"the connection to the store{endpoint} is cut again and again",
            where=where,
            fix="check the network, its load",
        )
    if isinstance(error, known.ParamValidationError | ValueError):
        return ConfigError(f"S3 takes no such value: {' '.join(str(error).split())[:200]}", where=where)
    return StorageError(f"S3 failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}", where=where)
