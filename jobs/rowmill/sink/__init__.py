"""Where data lands: file formats, staging and commit. Only this package knows storage."""
