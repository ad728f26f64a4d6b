"""From an interview to what the candidate takes home: JSON, Markdown, HTML."""

from interviewer.report.build import Report, build
from interviewer.report.render import FORMATS, render

__all__ = ["FORMATS", "Report", "build", "render"]
