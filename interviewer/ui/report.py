"""The report view."""

import streamlit as st

from interviewer.domain import Interview, Status, Who
from interviewer.errors import BankError, ModelUnavailable, ReplyUnusable
from interviewer.report import Report, render
from interviewer.report.build import QuestionReport, VerdictLine
from interviewer.report.render import (
    DRAFTED,
    MARK,
    NOT_FOR_HIRING,
    bill,
    headline,
    out_of_ten,
    terms,
)
from interviewer.ui.text import plain, quoted
from interviewer.wiring import Services

COLOUR = {
    Status.MET: "green",
    Status.UNCLEAR: "orange",
    Status.MISSED: "gray",
    Status.CONTRADICTED: "red",
}


def show(services: Services, interview: Interview) -> None:
    """Draw the report of a closed interview."""
    with st.spinner("Writing the report …"):
        interview, missing = _debriefed(services, interview)
        report = services.report(interview)
    st.title("Your report")
    _headline(report)
    _debrief(report, missing)
    for number, question in enumerate(report.questions, start=1):
        _question(services, interview, number, question)
    if report.study:
        st.subheader("Practise next")
        for study in report.study:
            st.markdown(f"- {plain(study.question)}")
    if report.usage:
        st.caption(plain(bill(report.usage)))
    _downloads(report)
    if st.button("New interview", type="primary"):
        st.query_params.clear()
        st.rerun()
    st.caption(NOT_FOR_HIRING)


def _debriefed(services: Services, interview: Interview) -> tuple[Interview, str]:
    """The interview with its debrief, or why it has none: asked for once, then on request."""
    key = f"no-debrief-{interview.id}"
    if key in st.session_state:
        return interview, str(st.session_state[key])
    try:
        return services.debriefed(interview), ""
    except (ModelUnavailable, ReplyUnusable) as error:
        st.session_state[key] = str(error)
        return interview, str(error)


def _debrief(report: Report, missing: str) -> None:
    for notice in report.notices:
        st.caption(plain(notice))
    if report.debrief:
        st.markdown(plain(report.debrief.text))
        st.caption(plain(f"Written by {report.debrief.by} from the verdicts below."))
    elif missing:
        st.caption(plain(f"No debrief in words: {missing}"))
        if st.button("Ask for the debrief again"):
            st.session_state.pop(f"no-debrief-{report.id}", None)
            st.rerun()


def _headline(report: Report) -> None:
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.metric("Score", out_of_ten(report.score))
    if report.score is not None and report.band is not None:
        right.write(
            f"Likely between {report.band.low * 10:.1f} and {report.band.high * 10:.1f}: "
            "the judge is not always right, so check its verdicts below."
        )
    for number, question in enumerate(report.questions, start=1):
        if question.score is not None:
            st.progress(question.score, f"{number}. {out_of_ten(question.score)}")


def _drafted(services: Services, interview: Interview, question: QuestionReport) -> None:
    """Say that nobody has reviewed the question; on one's own machine it can be kept."""
    st.warning(plain(DRAFTED.format(model=question.drafted)))
    if services.configuration.database_url:
        return
    if st.button("Keep this question in my bank", key=f"keep-{question.question_id}"):
        try:
            path = services.keep_question(interview, question.question_id)
        except BankError as error:
            st.error(plain(str(error)), icon="⚠️")
        else:
            st.success(plain(f"Kept in {path}; it can be asked from the next start on."))


def _question(
    services: Services, interview: Interview, number: int, question: QuestionReport
) -> None:
    with st.container(border=True):
        st.subheader(plain(f"{number}. {question.question}"), anchor=False)
        st.markdown(plain(headline(question)))
        if question.drafted:
            _drafted(services, interview, question)
        if question.note:
            st.info(plain(question.note))
        for flag in question.flags:
            st.caption(f"Noted: {plain(flag)}")
        _points(question.verdicts)
        for wrong in question.misconceptions:
            st.markdown(f":red[✗ misconception] {plain(wrong.claim)}")
            st.markdown(quoted(wrong.evidence))
            st.markdown(plain(wrong.correction))
        for follow_up in question.follow_ups:
            st.markdown(
                f"**Follow-up:** {plain(follow_up.question)} ({out_of_ten(follow_up.score)})"
            )
            if follow_up.note:
                st.info(plain(follow_up.note))
            _points(follow_up.verdicts)
        for aside in question.asides:
            label = "Misconception about" if aside.misconception else "Also right, on"
            st.markdown(f"{label} *{plain(aside.question_id)}*: {plain(aside.claim)}")
            st.markdown(quoted(aside.evidence))
        with st.expander("A good answer"):
            st.markdown(plain(question.model_answer))
            if question.solution:
                st.code(question.solution, language="python", wrap_lines=True)
            st.caption(plain("; ".join(question.sources)))
        with st.expander("What was said"):
            for turn in question.turns:
                with st.chat_message("user" if turn.who is Who.CANDIDATE else "assistant"):
                    st.text(turn.text)


def _points(verdicts: dict[str, VerdictLine]) -> None:
    for verdict in verdicts.values():
        colour = COLOUR[verdict.verdict]
        st.markdown(
            f":{colour}[{MARK[verdict.verdict]}] {plain(verdict.claim)} "
            f":small[{' · '.join(terms(verdict))}]"
        )
        if verdict.evidence:
            st.markdown(quoted(verdict.evidence))


def _downloads(report: Report) -> None:
    for column, suffix in zip(st.columns(3), (".md", ".html", ".json"), strict=True):
        name = f"interview-{report.id}{suffix}"
        column.download_button(
            f"Download {suffix}", render(report, name), file_name=name, width="stretch"
        )
