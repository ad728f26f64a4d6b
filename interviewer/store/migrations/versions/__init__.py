"""One file per revision, named r and the revision: `r0001_interviews.py`."""
