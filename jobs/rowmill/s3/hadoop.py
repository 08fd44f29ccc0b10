"""How Spark reaches S3: the jars of Hadoop's s3a, and its settings from an S3Config. Nothing here starts Spark."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rowmill.errors import ConfigError, StorageError
from rowmill.s3.client import CONNECT_SECONDS, READ_SECONDS, by_code
from rowmill.s3.config import S3Config

PROJECT = Path(__file__).resolve().parents[3]
FILE_SYSTEM = "org.apache.hadoop.fs.s3a.S3AFileSystem"
COMMIT_PROTOCOL = "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol"  # in spark-hadoop-cloud
_GIVEN = "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"
_GIVEN_FOR_A_TIME = "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider"
_CHAIN = (
    "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider",
    "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider",  # of a container, else of the machine
)
# Retries of s3a itself come on top of each of the SDK's.
_RETRIES = 3


def find_jars() -> Path | None:
    """The directory of the jars: S3A_JARS, else build/s3a of the project; None if there are none."""
    named = os.environ.get("S3A_JARS")
    place = Path(named).expanduser().absolute() if named else PROJECT / "build" / "s3a"
    return place if any(place.glob("hadoop-aws-*.jar")) else None


def jars() -> Path:
    """The directory of the jars. Raises ConfigError if there are none."""
    found = find_jars()
    if found is None:
        named = os.environ.get("S3A_JARS")
        raise ConfigError(
            "Spark has no jars for s3a",
            where="S3A_JARS" if named else "build/s3a",
            value=named,
            fix="`make s3a` fetches them (ansible-playbook s3.yml does so by itself)",
        )
    return found


def class_path() -> dict[str, str]:
    """The settings that put the jars on the class paths of a new session. Raises ConfigError if there are none."""
    entry = f"{jars()}/*"  # not spark.jars: that would copy each of them at every start
    return {"spark.driver.extraClassPath": entry, "spark.executor.extraClassPath": entry}


def settings(config: S3Config) -> dict[str, str]:
    """s3a's settings; what is secret is apart, in `secrets`. Raises ConfigError for a config that can't be."""
    endpoint = urlsplit(config.endpoint_url)
    found = {
        "fs.s3a.endpoint": config.endpoint_url,
        "fs.s3a.endpoint.region": config.region,
        "fs.s3a.path.style.access": str(config.path_style).lower(),
        "fs.s3a.connection.ssl.enabled": str(endpoint.scheme == "https").lower(),
        "fs.s3a.connection.establish.timeout": f"{CONNECT_SECONDS}s",
        "fs.s3a.connection.timeout": f"{READ_SECONDS}s",
        "fs.s3a.attempts.maximum": str(config.attempts),
        "fs.s3a.retry.limit": str(_RETRIES),
        "fs.s3a.fast.upload.buffer": "disk",  # buffers in memory fail large tasks
        "fs.s3a.committer.name": "magic",
        "fs.s3a.committer.magic.enabled": "true",
        # Else a job aborts all uploads below its directory, those of other jobs, too.
        "fs.s3a.committer.abort.pending.uploads": "false",
        "mapreduce.outputcommitter.factory.scheme.s3a": "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
        "fs.s3a.aws.credentials.provider": ",".join(_providers(config)),
    }
    proxy = _proxy(config)
    if proxy:
        parts = urlsplit(proxy)
        found |= {
            "fs.s3a.proxy.host": parts.hostname or "",
            "fs.s3a.proxy.port": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "fs.s3a.proxy.ssl.enabled": str(parts.scheme == "https").lower(),
        }
    return found


def sql_settings() -> dict[str, str]:
    """Spark's own settings, with which its writers ask s3a for a committer instead of renaming."""
    return {
        "spark.sql.sources.commitProtocolClass": COMMIT_PROTOCOL,
        "spark.sql.parquet.output.committer.class": "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter",
    }


def secrets(config: S3Config) -> dict[str, str]:
    """The settings that nobody may read: they only go into the configuration of a JVM that runs already."""
    proxy = urlsplit(_proxy(config) or "")
    found = {
        "fs.s3a.access.key": config.access_key if config.has_keys else None,
        "fs.s3a.secret.key": config.secret_key if config.has_keys else None,
        "fs.s3a.session.token": config.session_token if config.has_keys else None,
        "fs.s3a.proxy.username": unquote(proxy.username) if proxy.username else None,
        "fs.s3a.proxy.password": unquote(proxy.password) if proxy.password else None,
    }
    return {name: value for name, value in found.items() if value}


# Every name that `settings` and `secrets` may give: those not given are taken out of a configuration.
OPTIONAL = (
    "fs.s3a.access.key",
    "fs.s3a.secret.key",
    "fs.s3a.session.token",
    "fs.s3a.proxy.host",
    "fs.s3a.proxy.port",
    "fs.s3a.proxy.ssl.enabled",
    "fs.s3a.proxy.username",
    "fs.s3a.proxy.password",
)


def _providers(config: S3Config) -> tuple[str, ...]:
    if not config.has_keys:
        return _CHAIN
    return (_GIVEN_FOR_A_TIME,) if config.session_token else (_GIVEN,)


def _proxy(config: S3Config) -> str | None:
    """The proxy of the config, else the one that the environment names for the endpoint, as for boto3."""
    if config.proxy_url:
        return config.proxy_url
    from botocore.utils import get_environ_proxies

    named: dict[str, str] = get_environ_proxies(config.endpoint_url)
    return named.get(urlsplit(config.endpoint_url).scheme)


_CODE = re.compile(r"Status Code: (\d+)[^)]*\)(?::(\w+))?")
_UNREACHABLE = re.compile(r"Connection refused|UnknownHostException|NoRouteToHost|Unable to execute HTTP request")
_SAID = re.compile(r"S3Exception: (.*?) \(Service: S3")


def failure(text: str, where: str) -> StorageError | None:
    """What an exception of s3a means, from its text; None if it is none of s3a's."""
    if "No AWS Credentials provided" in text or "NoAuthWithAWSException" in text:
        return StorageError("S3 needs credentials", where=where, fix="set ACCESS_KEY and SECRET_KEY in the environment")
    found = _CODE.search(text)
    if found:
        known = by_code(found[2] or "", where) or by_code(found[1], where)
        said = _SAID.search(text)
        return known or StorageError(f"the store refused: {found[1]} {said[1] if said else ''}".strip(), where=where)
    if "PKIX path building failed" in text:
        fix = "set S3_CA_BUNDLE to the PEM file of its authority"
        return StorageError("the store has no certificate that is trusted", where=where, fix=fix)
    if "s3a" in text and _UNREACHABLE.search(text):
        return StorageError("the store can't be reached", where=where, fix="check S3_ENDPOINT, and that the store runs")
    return None
