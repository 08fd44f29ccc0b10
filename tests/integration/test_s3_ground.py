"""The S3 server of the tests and the proxy before it do what the other tests take for granted."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
import s3_server as servers
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from fault_proxy import proxy

pytestmark = pytest.mark.integration
MIB = 1 << 20


@pytest.fixture
def through(s3: Any, s3_faults: Any) -> Any:
    """A client that goes through the proxy and tries each request once."""
    return client()


def client(attempts: int = 1, **changes: Any) -> Any:
    return servers.client({**os.environ}, retries={"mode": "standard", "total_max_attempts": attempts}, **changes)


def refused(code: str, call: Any, **arguments: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_what_goes_through_the_proxy_arrives_unchanged(s3: Any, s3_faults: Any, through: Any) -> None:
    body = os.urandom(3 * MIB + 1)
    through.put_object(Bucket=s3.bucket, Key="a/ä b+c%", Body=body)
    assert s3.keys() == ["a/ä b+c%"]
    assert s3.content("a/ä b+c%") == body
    got = through.get_object(Bucket=s3.bucket, Key="a/ä b+c%", Range="bytes=5-9")
    assert got["Body"].read() == body[5:10]
    assert through.head_object(Bucket=s3.bucket, Key="a/ä b+c%")["ContentLength"] == len(body)
    through.delete_object(Bucket=s3.bucket, Key="a/ä b+c%")
    assert s3.keys() == []
    assert [(r.method, r.status) for r in s3_faults.log] == [("PUT", 200), ("GET", 206), ("HEAD", 200), ("DELETE", 204)]


def test_bodies_in_chunks_go_both_ways() -> None:
    heard: list[bytes] = []

    def answer_once(listener: socket.socket) -> None:
        side, _ = listener.accept()
        with side:
            while not b"".join(heard).endswith(b"\r\n0\r\n\r\n"):
                heard.append(side.recv(MIB))
            side.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_once, args=[listener], daemon=True)
        thread.start()
        with proxy(f"http://127.0.0.1:{listener.getsockname()[1]}") as faults:
            connection = http.client.HTTPConnection("127.0.0.1", faults.port)
            with contextlib.closing(connection):
                connection.request("PUT", "/x", iter([b"12", b"345"]), encode_chunked=True)
                assert connection.getresponse().read() == b"abcde"
        thread.join()
    head, _, body = b"".join(heard).partition(b"\r\n\r\n")
    assert f"Host: 127.0.0.1:{faults.port}".encode() in head
    assert body == b"2\r\n12\r\n3\r\n345\r\n0\r\n\r\n"


def test_conditional_writes_hold_through_the_proxy(s3: Any, through: Any) -> None:
    first = through.put_object(Bucket=s3.bucket, Key="one", Body=b"1", IfNoneMatch="*")
    refused("PreconditionFailed", through.put_object, Bucket=s3.bucket, Key="one", Body=b"2", IfNoneMatch="*")
    refused("PreconditionFailed", through.put_object, Bucket=s3.bucket, Key="one", Body=b"2", IfMatch='"0"')
    through.put_object(Bucket=s3.bucket, Key="one", Body=b"3", IfMatch=first["ETag"])
    assert s3.content("one") == b"3"


def test_pending_uploads_are_not_objects(s3: Any, through: Any) -> None:
    upload = {"Bucket": s3.bucket, "Key": "t/part"}
    upload["UploadId"] = through.create_multipart_upload(**upload)["UploadId"]
    sent = through.upload_part(**upload, PartNumber=1, Body=b"1" * MIB)
    assert (s3.keys(), s3.pending("t/"), s3.pending("u/")) == ([], ["t/part"], [])
    parts = {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}
    through.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert (s3.keys(), s3.pending()) == (["t/part"], [])


def test_a_burst_of_503_is_retried(s3: Any, s3_faults: Any) -> None:
    burst = s3_faults.answer(times=2, method="PUT", path="/slow$")
    answer = client(attempts=3).put_object(Bucket=s3.bucket, Key="slow", Body=b"1" * MIB)
    assert answer["ResponseMetadata"]["RetryAttempts"] == burst.hits == 2
    assert [r.status for r in s3_faults.seen(path="/slow$")] == [503, 503, 200]
    assert s3.content("slow") == b"1" * MIB
    s3_faults.answer(method="PUT")
    refused("SlowDown", client(attempts=2).put_object, Bucket=s3.bucket, Key="never", Body=b"1")
    assert s3.keys() == ["slow"]


@pytest.mark.parametrize("reset", [True, False])
def test_a_connection_cut_within_a_part(s3: Any, s3_faults: Any, through: Any, reset: bool) -> None:
    upload = {"Bucket": s3.bucket, "Key": "cut"}
    upload["UploadId"] = through.create_multipart_upload(**upload)["UploadId"]
    cut = s3_faults.cut(after=MIB, reset=reset, times=1, query="partNumber=2(&|$)")
    first = through.upload_part(**upload, PartNumber=1, Body=b"1" * 6 * MIB)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        through.upload_part(**upload, PartNumber=2, Body=b"2" * 6 * MIB)
    assert cut.hits == 1
    assert [part["PartNumber"] for part in s3.client.list_parts(**upload)["Parts"]] == [1]
    second = through.upload_part(**upload, PartNumber=2, Body=b"2" * 6 * MIB)
    parts = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in ((1, first), (2, second))]
    through.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert len(s3.content("cut")) == 12 * MIB


def test_an_answer_that_is_lost(s3: Any, s3_faults: Any, through: Any) -> None:
    s3_faults.lose_answer(method="PUT", path="/lost$")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        through.put_object(Bucket=s3.bucket, Key="lost", Body=b"1" * 1000)
    assert s3.content("lost") == b"1" * 1000
    s3_faults.lose_answer(after=10, method="GET", path="/lost$")
    with pytest.raises(Exception, match=r"Connection broken|IncompleteRead|reset|closed"):
        through.get_object(Bucket=s3.bucket, Key="lost")["Body"].read()


def test_an_answer_that_is_late_or_never_comes(s3: Any, s3_faults: Any, through: Any) -> None:
    late = s3_faults.delay(0.2, times=1)
    through.put_object(Bucket=s3.bucket, Key="late", Body=b"1")
    assert late.hits == 1
    never = s3_faults.swallow(method="HEAD")
    with pytest.raises(ReadTimeoutError):
        client(read_timeout=0.5).head_object(Bucket=s3.bucket, Key="late")
    assert never.hits == 1
    s3_faults.clear()
    assert through.head_object(Bucket=s3.bucket, Key="late")["ContentLength"] == 1


def test_rules_pass_on_what_they_skip(s3: Any, s3_faults: Any, through: Any) -> None:
    s3_faults.answer(status=500, code="InternalError", skip=1, times=1, method="PUT")
    through.put_object(Bucket=s3.bucket, Key="a", Body=b"")
    refused("InternalError", through.put_object, Bucket=s3.bucket, Key="b", Body=b"")
    through.put_object(Bucket=s3.bucket, Key="c", Body=b"")
    assert s3.keys() == ["a", "c"]


def test_wrong_keys_are_refused(s3: Any, s3_faults: Any) -> None:
    keys = {**os.environ, "SECRET_KEY": "0" * 40}
    refused("SignatureDoesNotMatch", servers.client(keys).list_objects_v2, Bucket=s3.bucket)
    assert [r.status for r in s3_faults.log] == [403]


def test_an_account_may_do_what_it_was_allowed(s3: Any) -> None:
    s3.client.put_object(Bucket=s3.bucket, Key="a", Body=b"1")
    reader = servers.client(s3.server.account(s3.bucket, "s3:GetObject", "s3:ListBucket"))
    writer = servers.client(s3.server.account(s3.bucket, "s3:PutObject"))
    nobody = servers.client(s3.server.account(s3.bucket))
    assert reader.get_object(Bucket=s3.bucket, Key="a")["Body"].read() == b"1"
    refused("AccessDenied", reader.put_object, Bucket=s3.bucket, Key="b", Body=b"")
    writer.put_object(Bucket=s3.bucket, Key="b", Body=b"")
    refused("AccessDenied", writer.list_objects_v2, Bucket=s3.bucket)
    refused("AccessDenied", nobody.list_objects_v2, Bucket=s3.bucket)


def test_the_environment_reaches_programs(s3: Any, programs: Any) -> None:
    assert {**programs.env()}.items() >= s3.server.environment.items()
    assert [name for name in programs.env() if name.startswith("AWS_")] == []


def test_a_server_with_a_certificate_that_stops_and_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    with servers.running(tmp_path / "s3", data=tmp_path / "data", tls=True) as server:
        server.client.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": servers.REGION})
        assert (tmp_path / "data" / "kept").is_dir()
        stranger = boto3.session.Session().client(
            "s3",
            endpoint_url=server.endpoint,
            region_name=servers.REGION,
            aws_access_key_id=server.access_key,
            aws_secret_access_key=server.secret_key,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )
        with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            stranger.list_buckets()
        for end in (server.stop, server.kill):
            end()
            with pytest.raises(EndpointConnectionError):
                servers.client(server.environment, retries={"total_max_attempts": 1}).list_buckets()
            server.start()
            assert [bucket["Name"] for bucket in server.client.list_buckets()["Buckets"]] == ["kept"]
        server.pause()
        with pytest.raises(ReadTimeoutError):
            servers.client(server.environment, retries={"total_max_attempts": 1}, read_timeout=0.5).list_buckets()
        server.resume()
        assert server.client.list_buckets()["Buckets"]
        assert f"{server.secret_key}" not in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_no_secret_is_shown(s3: Any) -> None:
    shown = repr(s3.server)
    assert s3.server.secret_key not in shown
    assert s3.server.access_key not in shown
