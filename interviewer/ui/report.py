"""The report view."""

import streamlit as st

from interviewer.domain import Interview, Status, Who
from interviewer.report import Report, render
from interviewer.report.build import QuestionReport, VerdictLine
from interviewer.report.render import MARK, NOT_FOR_HIRING, out_of_ten
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
        report = services.report(interview)
    st.title("Your report")
    _headline(report)
    for number, question in enumerate(report.questions, start=1):
        _question(number, question)
    if report.study:
        st.subheader("Practise next")
        for study in report.study:
            st.markdown(f"- {plain(study.question)}")
    _downloads(report)
    if st.button("New interview", type="primary"):
        st.query_params.clear()
        st.rerun()
    st.caption(NOT_FOR_HIRING)


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


def _question(number: int, question: QuestionReport) -> None:
    with st.container(border=True):
        st.subheader(plain(f"{number}. {question.question}"), anchor=False)
        st.write(
            f"**{out_of_ten(question.score)}** · opening answer alone: "
            f"{out_of_ten(question.unaided)} · judge: {plain(question.judge or 'none')}"
        )
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
            _points(follow_up.verdicts)
        for aside in question.asides:
            label = "Misconception about" if aside.misconception else "Also right, on"
            st.markdown(f"{label} *{plain(aside.question_id)}*: {plain(aside.claim)}")
            st.markdown(quoted(aside.evidence))
        with st.expander("A good answer"):
            st.markdown(plain(question.model_answer))
            st.caption(plain("; ".join(question.sources)))
        with st.expander("What was said"):
            for turn in question.turns:
                with st.chat_message("user" if turn.who is Who.CANDIDATE else "assistant"):
                    st.text(turn.text)


def _points(verdicts: dict[str, VerdictLine]) -> None:
    for verdict in verdicts.values():
        colour = COLOUR[verdict.verdict]
        helped = "" if verdict.help == "unaided" else f" · {verdict.help}"
        st.markdown(
            f":{colour}[{MARK[verdict.verdict]}]{helped} {plain(verdict.claim)} "
            f":small[weight {verdict.weight:g}]"
        )
        if verdict.evidence:
            st.markdown(quoted(verdict.evidence))


def _downloads(report: Report) -> None:
    for column, suffix in zip(st.columns(3), (".md", ".html", ".json"), strict=True):
        name = f"interview-{report.id}{suffix}"
        column.download_button(
            f"Download {suffix}", render(report, name), file_name=name, width="stretch"
        )
