"""Commit to S3: uploads that only the driver completes, from a journal that one run alone can write."""
