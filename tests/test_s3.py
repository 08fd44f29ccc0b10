"""How S3 is configured: no network, no Spark."""

from __future__ import annotations

import copy
import io
import pickle
import traceback
from pathlib import Path

import pytest
from botocore.stub import Stubber
from s3_operations import S3Config, SparkS3Manager

from rowmill.errors import ConfigError, StorageError
from rowmill.s3 import hadoop
from rowmill.sink import files
from rowmill.spark import SparkConfig, settings

SECRET = "wJalr/XUtnFEMI+K7MDENG"
KEY_ID = "AKIDEXAMPLE"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY", "SECRET_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "S3_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_from_env_needs_nothing_for_local_work() -> None:
    config = S3Config.from_env()
    assert (config.access_key, config.secret_key) == (None, None)
    assert config.region == "us-west-2"
    assert config.endpoint_url == "https://s3.us-west-2.amazonaws.com"


def test_own_names_win_over_the_names_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "aws")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-secret")
    assert (S3Config.from_env().access_key, S3Config.from_env().secret_key) == ("aws", "aws-secret")
    monkeypatch.setenv("ACCESS_KEY", "own")
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("S3_ENDPOINT", "http://localhost:9000/")
    config = S3Config.from_env()
    assert (config.access_key, config.secret_key) == ("own", SECRET)
    assert config.endpoint_url == "http://localhost:9000"


@pytest.mark.parametrize("endpoint", ["ftp://x", "http://", "a b", "http://x:notaport", "http://u:pass@host", "x?y=1"])
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="endpoint") as caught:
        _ = S3Config("a", SECRET, endpoint=endpoint).endpoint_url
    assert "pass" not in str(caught.value).replace("password", "")


def test_the_secret_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    config = S3Config(KEY_ID, SECRET)
    shown = [repr(config), str(config), f"{config}", repr(pickle.dumps(config)), repr(config.client())]
    shown.append(repr(SparkS3Manager(config).__dict__))
    out = io.StringIO()
    try:
        S3Config(KEY_ID, SECRET, endpoint="http://u:p@h").client()
    except ConfigError:
        traceback.print_exc(file=out)
    shown.append(out.getvalue())
    for text in shown:
        assert SECRET not in text
        assert KEY_ID not in text
    monkeypatch.setenv("SECRET_KEY", "of-the-other-side")
    assert pickle.loads(pickle.dumps(config)).secret_key == "of-the-other-side"
    assert copy.deepcopy(config).secret_key == SECRET


def test_a_client_needs_both_keys() -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY: S3 needs credentials"):
        S3Config("only-the-id", None).client()


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("s3.us-west-2.amazonaws.com", "https://shop.s3.us-west-2.amazonaws.com/orders/part-0.parquet"),
        ("http://localhost:9000", "http://localhost:9000/shop/orders/part-0.parquet"),
        ("https://s3.amazonaws.com.evil.example", "https://s3.amazonaws.com.evil.example/shop/orders/part-0.parquet"),
    ],
)
def test_the_client_addresses_buckets_as_the_endpoint_wants(endpoint: str, url: str) -> None:
    client = S3Config(KEY_ID, SECRET, endpoint=endpoint).client()
    signed = client.generate_presigned_url("get_object", {"Bucket": "shop", "Key": "orders/part-0.parquet"})
    assert signed.split("?")[0] == url


def test_the_client_speaks_s3() -> None:
    client = S3Config(KEY_ID, SECRET, endpoint="http://localhost:9000").client()
    with Stubber(client) as stub:
        stub.add_response(
            "list_objects_v2", {"Contents": [{"Key": "orders/a", "Size": 3}]}, {"Bucket": "shop", "Prefix": "orders/"}
        )
        found = client.list_objects_v2(Bucket="shop", Prefix="orders/")
        stub.assert_no_pending_responses()
    assert [item["Key"] for item in found["Contents"]] == ["orders/a"]
    assert client.meta.region_name == "us-west-2"


def test_methods_need_a_session(tmp_path: Path) -> None:
    manager = SparkS3Manager(S3Config.from_env())
    for call in (manager.read_csv, manager.read_parquet, manager.list, manager.exists, manager.delete):
        with pytest.raises(ConfigError, match="initialize"):
            call(str(tmp_path))
    with pytest.raises(ConfigError, match="initialize"):
        manager.copy("a", "b")
    manager.cleanup()


def test_files_are_listed_copied_and_removed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.csv").write_text("1\n")
    assert files.exists(f"file://{tmp_path}/a")
    assert files.copy(str(tmp_path / "a"), str(tmp_path / "b")) == str(tmp_path / "b")
    assert files.copy(str(tmp_path / "a" / "x.csv"), f"{tmp_path}/c/") == str(tmp_path / "c" / "x.csv")
    assert [(i.path, i.size, i.is_directory) for i in files.list_files(str(tmp_path / "b"))] == [
        (str(tmp_path / "b" / "x.csv"), 2, False)
    ]
    with pytest.raises(StorageError, match="exists already"):
        files.copy(str(tmp_path / "a"), str(tmp_path / "b"))
    with pytest.raises(StorageError, match="lies in it"):
        files.copy(str(tmp_path / "a"), str(tmp_path / "a" / "in"))
    (tmp_path / "link").symlink_to(tmp_path / "a")
    files.delete(str(tmp_path / "link"))
    assert (tmp_path / "a" / "x.csv").exists()
    files.delete(str(tmp_path / "b"))
    assert not files.exists(str(tmp_path / "b"))
    with pytest.raises(StorageError, match="no such file"):
        files.delete(str(tmp_path / "b"))


@pytest.mark.parametrize("path", ["/", "/usr", "/usr/..", "~", ".", ".."])
def test_root_like_paths_are_never_removed(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.local.shutil, "rmtree", lambda *a, **k: pytest.fail("removed"))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    with pytest.raises(StorageError, match="never removed"):
        files.delete(path)


@pytest.mark.parametrize("path", ["hdfs://n/x", "gs://b/x"])
def test_other_storage_is_refused_not_ignored(path: str, tmp_path: Path) -> None:
    for call in (files.list_files, files.exists, files.delete):
        with pytest.raises(StorageError, match=r"can.t be used here"):
            call(path)
    with pytest.raises(StorageError, match=r"can.t be used here"):
        files.copy(str(tmp_path), path)


# -- Spark's side -----------------------------------------------------------------------------------


def test_the_settings_of_s3a_follow_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    plain = hadoop.settings(S3Config(KEY_ID, SECRET, region="eu-west-1", endpoint="http://localhost:9000", attempts=3))
    assert plain["fs.s3a.endpoint"] == "http://localhost:9000"
    assert plain["fs.s3a.endpoint.region"] == "eu-west-1"
    assert plain["fs.s3a.path.style.access"] == "true"
    assert plain["fs.s3a.connection.ssl.enabled"] == "false"
    assert plain["fs.s3a.attempts.maximum"] == "3"
    assert plain["fs.s3a.committer.name"] == "magic"
    assert plain["fs.s3a.aws.credentials.provider"].endswith("s3a.SimpleAWSCredentialsProvider")
    assert "fs.s3a.proxy.host" not in plain
    aws = hadoop.settings(S3Config(KEY_ID, SECRET, session_token="t", proxy="http://me:hush@proxy:3128"))
    assert aws["fs.s3a.endpoint"] == "https://s3.us-west-2.amazonaws.com"
    assert (aws["fs.s3a.path.style.access"], aws["fs.s3a.connection.ssl.enabled"]) == ("false", "true")
    assert (aws["fs.s3a.proxy.host"], aws["fs.s3a.proxy.port"]) == ("proxy", "3128")
    assert aws["fs.s3a.aws.credentials.provider"].endswith("TemporaryAWSCredentialsProvider")
    chain = hadoop.settings(S3Config())["fs.s3a.aws.credentials.provider"]
    assert "Profile" in chain
    assert "IAMInstance" in chain


def test_a_proxy_of_the_environment_serves_spark_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:8080")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert hadoop.settings(S3Config())["fs.s3a.proxy.host"] == "proxy"
    assert "fs.s3a.proxy.host" not in hadoop.settings(S3Config(endpoint="https://localhost:9000"))


def test_what_is_secret_is_in_no_setting_of_a_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACCESS_KEY", KEY_ID)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("S3_PROXY", "http://me:hush@proxy:3128")
    (tmp_path / "hadoop-aws-3.5.0.jar").touch()
    monkeypatch.setenv("S3A_JARS", str(tmp_path))
    config = SparkConfig()
    shown = {**settings(config, hive=True, s3=True), **hadoop.settings(config.s3), **hadoop.sql_settings()}
    assert shown["spark.driver.extraClassPath"] == shown["spark.executor.extraClassPath"] == f"{tmp_path}/*"
    for text in (*shown.values(), repr(config), repr(config.s3)):
        assert SECRET not in text
        assert KEY_ID not in text
        assert "hush" not in text
    assert hadoop.secrets(config.s3) == {
        "fs.s3a.access.key": KEY_ID,
        "fs.s3a.secret.key": SECRET,
        "fs.s3a.proxy.username": "me",
        "fs.s3a.proxy.password": "hush",
    }
    assert set(hadoop.secrets(config.s3)) <= set(hadoop.OPTIONAL)


def test_the_two_configs_are_one() -> None:
    own = SparkConfig(endpoint="http://localhost:9000", access_key=KEY_ID, secret_key=SECRET).s3
    assert (own.endpoint, own.access_key, own.secret_key) == ("http://localhost:9000", KEY_ID, SECRET)
    assert SparkConfig().s3 == S3Config.from_env()


def test_missing_jars_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("S3A_JARS", str(tmp_path))
    assert hadoop.find_jars() is None
    with pytest.raises(ConfigError, match="make s3a"):
        hadoop.class_path()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (
            "S3Exception: The bucket is not there (Service: S3, Status Code: 404, Request ID: x):NoSuchBucket",
            "no such b",
        ),
        (
            "AccessDeniedException: s3a://b/k: S3Exception: no (Service: S3, Status Code: 403, Request ID: x)",
            "permission",
        ),
        ("S3Exception: Odd thing (Service: S3, Status Code: 418, Request ID: x):Teapot", "refused: 418 Odd thing"),
        ("SSLHandshakeException: PKIX path building failed: x", "certificate"),
        ("getFileStatus on s3a://b/k: Unable to execute HTTP request: Connect failed", "can't be reached"),
        ("No AWS Credentials provided by SimpleAWSCredentialsProvider", "credentials"),
    ],
)
def test_what_the_jvm_says_becomes_one_line(text: str, meaning: str) -> None:
    found = hadoop.failure(f"py4j: An error occurred\n{text}\n\tat x.y.z\n", "s3a://b/k")
    assert found is not None
    assert meaning in str(found)
    assert "\n" not in str(found)
    assert hadoop.failure("java.lang.ArithmeticException: / by zero", "x") is None


# -- places -----------------------------------------------------------------------------------------


def test_a_key_that_leads_elsewhere_is_not_written_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from rowmill.sink.files import s3

    place = s3.place("s3a://bucket/dir", S3Config(KEY_ID, SECRET))
    for key in ("../etc/passwd", "a/../../b", "/etc/passwd", "a//b", "a/\0"):
        with pytest.raises(StorageError, match="no file of this machine"):
            s3._safe(place, key)
    assert s3._safe(place, "a/b.csv") == "a/b.csv"
