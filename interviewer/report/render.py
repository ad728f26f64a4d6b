"""A report as a file: JSON for programs, Markdown and HTML for people.

Everything said in the interview is untrusted: it is escaped in HTML, fenced or escaped in Markdown.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

from interviewer.domain import Band, Grading, Help, Kind, Status, Who
from interviewer.errors import UsageError
from interviewer.report.build import QuestionReport, Report, Usage, VerdictLine

MARK = {
    Status.MET: "✓ met",
    Status.UNCLEAR: "? unclear",
    Status.MISSED: "– missed",
    Status.CONTRADICTED: "✗ contradicted",
}
NOT_FOR_HIRING = "For practice and teaching; not a basis for hiring decisions."


SPEAKER = {Who.INTERVIEWER: "Interviewer", Who.CANDIDATE: "You"}
DRAFTED = "drafted by {model}, not reviewed: its points may be wrong"
"""Stands wherever a question does that nobody has read."""


def render(report: Report, name: str) -> str:
    """The report in the format that the file's name ends in. Raises `UsageError` for others."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in FORMATS:
        raise UsageError(f"{name}: a report ends in {', '.join(FORMATS)}: choose one of these")
    return FORMATS[suffix](report)


def out_of_ten(score: float | None) -> str:
    """`7.3 of 10`, or `no score`: None is not zero."""
    return "no score" if score is None else f"{score * 10:.1f} of 10"


def banded(score: float | None, band: Band | None) -> str:
    """The score with its 80% band."""
    if score is None or band is None:
        return out_of_ten(score)
    return f"{out_of_ten(score)} ({band.low * 10:.1f} to {band.high * 10:.1f})"


def headline(question: QuestionReport) -> str:
    """A question's numbers, who judged, and how it was said, on one line."""
    judge = question.judge or "none"
    if question.status == Grading.STAND_IN:
        judge += " (standing in)"
    line = banded(question.score, question.band)
    if question.kind != Kind.SYSTEM_DESIGN:  # whose opening answer is the first of eight stages
        line += f"; opening answer alone: {out_of_ten(question.unaided)}"
    line += f"; judge: {judge}"
    if told := question.communication:
        line += f"; how it was said, of 5: structure {told.structure}, clarity {told.clarity}, "
        line += f"depth {told.depth} (not in the score)"
    return line


def terms(verdict: VerdictLine) -> list[str]:
    """What a verdict counts for: its weight, any help, how sure it is; an unclear one says so."""
    helped = [] if verdict.help is Help.UNAIDED else [verdict.help.value]
    unclear = verdict.verdict is Status.UNCLEAR
    sure = [] if unclear else [f"{verdict.confidence:.0%} sure"]
    return [f"weight {verdict.weight:g}", *helped, *sure]


def bill(usage: Usage) -> str:
    """What the language model took, on one line."""
    tokens = "tokens not counted by the endpoint"
    if usage.input_tokens is not None and usage.output_tokens is not None:
        tokens = f"{usage.input_tokens:,} tokens read, {usage.output_tokens:,} written"
    cost = "price not known" if usage.cost is None else f"about ${usage.cost:.4f}"
    return f"Language model: {usage.calls} calls, {tokens}, {cost}"


def to_json(report: Report) -> str:
    """The whole report as JSON, indented."""
    return json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def to_markdown(report: Report) -> str:
    """The report as Markdown; what was said stands fenced as it was typed, quotes of it escaped."""
    return "\n".join(_markdown(report)) + "\n"


def to_html(report: Report) -> str:
    """The report as one HTML page without scripts or outside files."""
    body = "\n".join(_html(report))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>Interview report</title><style>"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;"
        "padding:.4rem;text-align:left;vertical-align:top}blockquote{margin:.2rem 0;"
        "padding-left:.8rem;border-left:3px solid #bbb;color:#333;white-space:pre-wrap}"
        ".met{color:#17693a}.contradicted{color:#a11}.unclear{color:#8a5a00}.missed{color:#555}"
        f"</style></head><body>\n{body}\n</body></html>\n"
    )


FORMATS: dict[str, Callable[[Report], str]] = {
    ".json": to_json,
    ".md": to_markdown,
    ".html": to_html,
}


def _markdown(report: Report) -> Iterator[str]:
    yield "# Interview report"
    yield ""
    yield f"Score: **{banded(report.score, report.band)}** · {report.settings.mode} mode · "
    yield f"{report.started} · {NOT_FOR_HIRING}"
    for notice in report.notices:
        yield f"\nNoted: {_escaped(notice)}"
    if report.debrief:
        yield f"\n{_escaped(report.debrief.text)}"
        yield f"\n*Written by {_escaped(report.debrief.by)} from the verdicts below.*"
    for number, question in enumerate(report.questions, start=1):
        yield from _markdown_question(number, question)
    if report.study:
        yield "\n## Practise next\n"
        for study in report.study:
            yield f"- `{study.question_id}`: {study.question}"
    if report.usage:
        yield f"\n{bill(report.usage)}"


def _markdown_question(number: int, question: QuestionReport) -> Iterator[str]:
    said = _escaped if question.drafted else str  # a draft is a model's text
    yield ""
    yield f"## {number}. {said(question.question)}"
    yield ""
    yield _escaped(headline(question))
    if question.drafted:
        yield f"\n**{_escaped(DRAFTED.format(model=question.drafted))}**"
    if question.note:
        yield f"\n{_escaped(question.note)}"
    yield from (f"\nNoted: {_escaped(flag)}" for flag in question.flags)
    yield ""
    yield from _markdown_points(question.verdicts, said)
    for wrong in question.misconceptions:
        yield f"- ✗ misconception: {said(wrong.claim)} {said(wrong.correction)}"
        yield _quoted(wrong.evidence)
    for follow_up in question.follow_ups:
        yield f"\n### Follow-up: {said(follow_up.question)} ({out_of_ten(follow_up.score)})\n"
        if follow_up.note:
            yield f"{_escaped(follow_up.note)}\n"
        yield from _markdown_points(follow_up.verdicts, said)
    for aside in question.asides:
        label = "a misconception about another question" if aside.misconception else "beyond"
        yield f"- {label} ({aside.question_id}): {aside.claim}"
        yield _quoted(aside.evidence)
    yield f"\n**A good answer.** {said(question.model_answer)}"
    if question.solution:
        yield f"\n{_fenced(question.solution)}"
    yield f"\n*Sources: {said('; '.join(question.sources))}*"
    yield "\n<details><summary>What was said</summary>\n"
    for turn in question.turns:
        yield f"**{SPEAKER[turn.who]}** ({turn.purpose}):"
        yield _fenced(turn.text)
        yield ""
    yield "</details>"


def _markdown_points(verdicts: dict[str, VerdictLine], said: Callable[[str], str]) -> Iterator[str]:
    for verdict in verdicts.values():
        yield f"- {MARK[verdict.verdict]} ({', '.join(terms(verdict))}): {said(verdict.claim)}"
        if verdict.evidence:
            yield _quoted(verdict.evidence)


def _fenced(text: str) -> str:
    """A code block of the text as it is, between fences longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _quoted(text: str) -> str:
    """An indented block quote in which nothing is Markdown or HTML."""
    return "\n".join(f"  > {line}" for line in _escaped(text).splitlines() or [""])


def _escaped(text: str) -> str:
    """The text with nothing in it that is Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|$~=-])", r"\\\1", html.escape(text, quote=False))


def _html(report: Report) -> Iterator[str]:
    e = html.escape
    yield "<h1>Interview report</h1>"
    yield f"<p><strong>{banded(report.score, report.band)}</strong> · "
    yield f"{e(report.settings.mode)} mode · {e(report.started)}<br><small>{NOT_FOR_HIRING}</small>"
    yield from (f"<p>Noted: {e(notice)}</p>" for notice in report.notices)
    if report.debrief:
        yield from (f"<p>{e(part)}</p>" for part in report.debrief.text.split("\n") if part)
        yield f"<p><small>Written by {e(report.debrief.by)} from the verdicts below.</small></p>"
    for number, question in enumerate(report.questions, start=1):
        yield from _html_question(number, question)
    if report.study:
        yield "<h2>Practise next</h2><ul>"
        yield from (f"<li>{e(s.question)} <small>{e(s.question_id)}</small>" for s in report.study)
        yield "</ul>"
    if report.usage:
        yield f"<p><small>{e(bill(report.usage))}</small></p>"


def _html_question(number: int, question: QuestionReport) -> Iterator[str]:
    e = html.escape
    yield f"<h2>{number}. {e(question.question)}</h2>"
    yield f"<p>{e(headline(question))}. {e(question.note)}</p>"
    yield from (f"<p>Noted: {e(flag)}</p>" for flag in question.flags)
    if question.drafted:
        yield f"<p><strong>{e(DRAFTED.format(model=question.drafted))}</strong></p>"
    yield from _html_points(question.verdicts)
    for wrong in question.misconceptions:
        yield f'<p class="contradicted">✗ {e(wrong.claim)}</p><p>{e(wrong.correction)}</p>'
        yield f"<blockquote>{e(wrong.evidence)}</blockquote>"
    for follow_up in question.follow_ups:
        yield f"<h3>Follow-up: {e(follow_up.question)} ({out_of_ten(follow_up.score)})</h3>"
        if follow_up.note:
            yield f"<p>{e(follow_up.note)}</p>"
        yield from _html_points(follow_up.verdicts)
    for aside in question.asides:
        label = "Misconception about" if aside.misconception else "Also right, on"
        yield f"<p>{label} <em>{e(aside.question_id)}</em>: {e(aside.claim)}</p>"
        yield f"<blockquote>{e(aside.evidence)}</blockquote>"
    yield f"<h3>A good answer</h3><p>{e(question.model_answer)}</p>"
    if question.solution:
        yield f"<pre>{e(question.solution)}</pre>"
    yield f"<p><small>{e('; '.join(question.sources))}</small></p>"
    yield "<details><summary>What was said</summary>"
    for turn in question.turns:
        yield f"<p><strong>{SPEAKER[turn.who]}</strong> ({e(turn.purpose)})</p>"
        yield f"<blockquote>{e(turn.text)}</blockquote>"
    yield "</details>"


def _html_points(verdicts: dict[str, VerdictLine]) -> Iterator[str]:
    e = html.escape
    yield "<table><tr><th>verdict</th><th>point</th></tr>"
    for verdict in verdicts.values():
        quote = f"<blockquote>{e(verdict.evidence)}</blockquote>" if verdict.evidence else ""
        yield f'<tr><td class="{verdict.verdict}">{MARK[verdict.verdict]}</td>'
        yield f"<td>{e(verdict.claim)} <small>{', '.join(terms(verdict))}</small>"
        yield f"{quote}</td></tr>"
    yield "</table>"
