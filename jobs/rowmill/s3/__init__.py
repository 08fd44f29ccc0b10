"""S3: how it is reached, what its errors mean. Nothing outside this room knows the SDK."""
