"""Reads tables back and judges them against their schema: statistics, keys, fingerprint, report and page."""
