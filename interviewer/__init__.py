"""A mock interviewer for machine-learning jobs whose score can be checked."""

__version__ = "0.1.0"
