"""The conversation view."""

import streamlit as st

from interviewer.domain import Grading, Interview, Mode, Purpose, Status, Turn, Who
from interviewer.errors import AnswerRefused
from interviewer.interview import session
from interviewer.interview.interviewer import Interviewer
from interviewer.ui.text import plain
from interviewer.wiring import Services

DRAFT = "draft"


def show(services: Services, interview: Interview) -> None:
    """Draw the conversation, take the next answer, save it, then have it graded."""
    host = services.interviewer
    _sidebar(host, interview)
    for turn in interview.turns:
        _turn(interview, turn)
    text = _input()
    if text is None:
        return
    try:
        heard = host.hear(interview, text)
    except AnswerRefused as error:
        st.session_state[DRAFT] = text
        st.session_state["refused"] = str(error)
        st.rerun()
    st.session_state.pop(DRAFT, None)
    _turn(heard, heard.turns[-1])
    with st.chat_message("assistant"), st.spinner("Listening …"):
        host.proceed(heard)
    st.rerun()


def _input() -> str | None:
    """The answer sent now. One that was refused stays in a box, to be changed and sent again."""
    if DRAFT in st.session_state:
        st.error(st.session_state.get("refused", ""), icon="⚠️")
        changed = st.text_area("Your answer, to change", value=st.session_state[DRAFT], height=300)
        return changed if st.button("Send again", type="primary") else None
    sent = st.chat_input("Your answer", key="answer")
    return str(sent) if sent else None


def _turn(interview: Interview, turn: Turn) -> None:
    if turn.who is Who.CANDIDATE:
        with st.chat_message("user"):
            st.text(turn.text)
        return
    with st.chat_message("assistant"):
        st.markdown(plain(turn.text))
        if turn.purpose is Purpose.ASK and turn.item:
            question, _ = session.question_of(interview, turn.item)
            if question.coding:
                st.code(question.coding.starter, language="python")


def _sidebar(host: Interviewer, interview: Interview) -> None:
    opened = session.asked(interview)
    with st.sidebar:
        st.subheader(f"Question {len(opened)} of {len(interview.plan)}")
        st.caption(f"{interview.settings.mode.capitalize()} mode · {opened[-1].level} level")
        item = session.current_item(interview)
        grade = session.latest_grade(interview, item) if item else None
        if interview.settings.mode is Mode.COACH and grade:
            if grade.status is Grading.NOT_GRADED:
                st.warning(plain(grade.note))
            else:
                counts = {s: sum(v.status is s for v in grade.verdicts) for s in Status}
                st.write(
                    f"Made {counts[Status.MET]} · unclear {counts[Status.UNCLEAR]} · open "
                    f"{counts[Status.MISSED]} · denied {counts[Status.CONTRADICTED]}"
                )
        if interview.settings.minutes:
            st.caption(
                f"Began at {interview.started:%H:%M} UTC, {interview.settings.minutes} minutes"
            )
        if st.button("Pass on this question", width="stretch"):
            host.proceed(host.skip(interview))
            st.rerun()
        if st.button("End and see the report", width="stretch"):
            host.end(interview)
            st.rerun()
        st.caption("Saved after every turn: the address of this page brings you back.")
