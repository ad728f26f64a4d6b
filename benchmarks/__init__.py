"""What is measured: `python -m benchmarks.NAME`. Nothing here is a test."""
