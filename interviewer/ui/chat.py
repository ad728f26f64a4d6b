"""The conversation view."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from interviewer.domain import Grading, Interview, Mode, Purpose, Status, Turn, Who
from interviewer.errors import AnswerRefused
from interviewer.interview import session
from interviewer.interview.interviewer import Interviewer
from interviewer.interview.policy import Move
from interviewer.interview.session import Need
from interviewer.report.render import DRAFTED
from interviewer.ui.text import plain
from interviewer.wiring import Services

DRAFT = "draft"


def show(services: Services, interview: Interview) -> None:
    """Draw the conversation, take the next answer, save it, then have it graded.

    An interview that was cut off between an answer and what follows goes on first.
    """
    host = services.interviewer
    _sidebar(host, interview)
    for turn in interview.turns:
        _turn(interview, turn)
    if session.need(interview) in (Need.GRADE, Need.SPEAK):
        _go_on(host, interview)
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
    _go_on(host, heard)


def _go_on(host: Interviewer, interview: Interview) -> None:
    """Have the interviewer grade and speak, its words shown as they come; then draw anew.

    Not `st.write_stream`: words that are taken back must go from the page, and none may bring
    markup of its own.
    """
    bubbles: dict[Move, DeltaGenerator] = {}

    def hear(move: Move, text: str) -> None:
        if move not in bubbles:
            with st.chat_message("assistant"):
                bubbles[move] = st.empty()
        bubbles[move].markdown(plain(text))

    with st.spinner("Listening …"):
        host.proceed(interview, hear)
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
    if turn.notice:
        st.info(plain(turn.notice), icon="🔌")
    with st.chat_message("assistant"):
        st.markdown(plain(turn.text))
        if turn.purpose is Purpose.ASK and turn.item:
            question, _ = session.question_of(interview, turn.item)
            if question.drafted:
                st.caption(plain(f"This question is {DRAFTED.format(model=question.drafted)}."))
            if question.coding:
                st.code(question.coding.starter, language="python")


def _sidebar(host: Interviewer, interview: Interview) -> None:
    opened = session.asked(interview)
    with st.sidebar:
        st.subheader(f"Question {max(1, len(opened))} of {len(interview.plan)}")
        level = (opened or interview.plan)[-1 if opened else 0].level
        st.caption(f"{interview.settings.mode.capitalize()} mode · {level} level")
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
        if grade:
            stands_in = " (standing in)" if grade.status is Grading.STAND_IN else ""
            st.caption(f"Judge: {plain(grade.judge)}{stands_in}")
        if interview.settings.minutes:
            st.caption(
                f"Began at {interview.started:%H:%M} UTC, {interview.settings.minutes} minutes"
            )
        if st.button("Pass on this question", width="stretch"):
            host.skip(interview)
            st.rerun()
        if st.button("End and see the report", width="stretch"):
            host.end(interview)
            st.rerun()
        st.caption("Saved after every turn: the address of this page brings you back.")
