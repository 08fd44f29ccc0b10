"""Puts s3a's settings, keys and trusted certificates into the JVM of a Spark session that runs."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowmill.errors import ConfigError
from rowmill.s3 import hadoop
from rowmill.s3.client import located
from rowmill.s3.config import S3Config

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CONNECTED = "rowmill.s3.connected"
_STORE_PASSWORD = "certificates"  # Java asks for one; certificates are public


def connect(spark: SparkSession, config: S3Config) -> None:
    """Lets the session reach S3 as the config says. May be called again, also with another config.

    The keys go nowhere but into the configuration of the running JVM: not into its command line, the event log or the
    pages of its UI.
    Raises ConfigError if the JVM was started without the jars of s3a, or for a config that can't be.
    """
    context: Any = spark.sparkContext
    configuration = context._jsc.hadoopConfiguration()
    if configuration.getClassByNameOrNull(hadoop.FILE_SYSTEM) is None:
        hadoop.jars()  # there are none at all: says how to get them
        raise ConfigError(
            "the running Spark was started without the jars for s3a",
            where="spark",
            fix=f"start it with --driver-class-path '{hadoop.find_jars()}/*', or let Rowmill start it",
        )
    wanted = hadoop.settings(config) | hadoop.secrets(config)
    before = {name: configuration.get(name) for name in (*wanted, *hadoop.OPTIONAL)}
    after: dict[str, str | None] = dict.fromkeys(before)
    after |= wanted
    if config.ca_bundle and config.endpoint_url.startswith("https:"):
        _trust(context._gateway, Path(config.ca_bundle))
    if before != after:
        # Spark's catalog has a copy of its own, from which the client of the metastore takes what it reaches S3 with.
        for place in (configuration, spark._jsparkSession.sharedState().hadoopConf()):
            for name, value in after.items():
                if value is None:
                    place.unset(name)
                else:
                    place.set(name, value)
        if configuration.get(_CONNECTED) is not None:  # file systems that are open have the settings of before
            context._jvm.org.apache.hadoop.fs.FileSystem.closeAll()
        configuration.set(_CONNECTED, "true")
    for name, value in hadoop.sql_settings().items():
        spark.conf.set(name, value)


def reach(spark: SparkSession, bucket: str, config: S3Config) -> None:
    """Asks for a bucket with little patience, before Spark does, and tells Spark its region if it is another.

    Raises StorageError or ConfigError.
    """
    found = located(config, bucket)
    if found.region != config.region:
        context: Any = spark.sparkContext
        context._jsc.hadoopConfiguration().set(f"fs.s3a.bucket.{bucket}.endpoint.region", found.region)


def _trust(gateway: Any, bundle: Path) -> None:
    """Makes the JVM trust the certificates of a PEM file, besides those that it trusts anyway.

    By a key store in a temporary file, which Java reads when it opens a connection; it goes when this process ends.
    Raises ConfigError if there are no certificates in the file.
    """
    jvm = gateway.jvm
    known = jvm.javax.net.ssl.TrustManagerFactory.getInstance(
        jvm.javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm()
    )
    known.init(None)
    store = jvm.java.security.KeyStore.getInstance("PKCS12")
    store.load(None, None)
    for number, certificate in enumerate(known.getTrustManagers()[0].getAcceptedIssuers()):
        store.setCertificateEntry(f"system-{number}", certificate)
    stream = jvm.java.io.FileInputStream(str(bundle))
    try:
        own = list(jvm.java.security.cert.CertificateFactory.getInstance("X.509").generateCertificates(stream))
    except Exception as error:
        raise ConfigError("no certificates in PEM can be read there", where="S3_CA_BUNDLE", value=bundle) from error
    finally:
        stream.close()
    if not own:
        raise ConfigError("there is no certificate in it", where="S3_CA_BUNDLE", value=str(bundle))
    for number, certificate in enumerate(own):
        store.setCertificateEntry(f"bundle-{number}", certificate)
    folder = tempfile.mkdtemp(prefix="rowmill-trust-")  # for the owner alone
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = str(Path(folder) / "trust.p12")
    password = gateway.new_array(jvm.char, len(_STORE_PASSWORD))
    for at, character in enumerate(_STORE_PASSWORD):
        password[at] = character
    out = jvm.java.io.FileOutputStream(place)
    try:
        store.store(out, password)
    finally:
        out.close()
    for name, value in (("", place), ("Type", "PKCS12"), ("Password", _STORE_PASSWORD)):
        jvm.java.lang.System.setProperty(f"javax.net.ssl.trustStore{name}", value)
