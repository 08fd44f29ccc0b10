"""The settings with which spark-sql reaches S3, one a line: python -m rowmill.s3.sql_settings

No key is among them: spark-sql takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from its environment.
"""

from __future__ import annotations

from rowmill.cli import run
from rowmill.s3 import hadoop
from rowmill.s3.config import S3Config

_PROVIDERS = "fs.s3a.aws.credentials.provider"


def main() -> None:
    """The program."""
    config = S3Config.from_env()
    settings = hadoop.settings(config)
    if config.has_keys:
        settings[_PROVIDERS] = "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"
    for name, value in settings.items():
        print(f"spark.hadoop.{name}={value}")


if __name__ == "__main__":
    run(main)
