"""The conversation view."""

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from interviewer.domain import Grading, Interview, Mode, Purpose, Status, Turn, Who
from interviewer.errors import Conflict, InterviewerError
from interviewer.interview import session
from interviewer.interview.interviewer import Interviewer
from interviewer.interview.policy import Move
from interviewer.interview.session import Need
from interviewer.report.render import DRAFTED
from interviewer.ui.text import plain
from interviewer.wiring import Services

ANSWER = "answer"
CHANGED = "changed-"
SHOWN = "shown"
MOVED_ON = (
    "The conversation went on before this was sent: read what was said since, "
    "then change it or send it again."
)

Prompt = tuple[str, int]
"""What there is to answer: an interview, after so many turns."""


class Draft(NamedTuple):
    """An answer that was not taken: what it was to answer, and why it was not taken."""

    text: str
    prompt: Prompt | None
    why: str


def show(services: Services, interview: Interview) -> None:
    """Draw the conversation, take what was sent to it, then have the interviewer go on.

    An answer and a pass count for what the page showed when they were sent: if the conversation
    has gone on since, the answer is kept as a draft and the pass is ignored.
    """
    host = services.interviewer
    conversation = st.container()
    listening = session.need(interview) is Need.LISTEN
    shown = st.session_state.get(SHOWN)
    text = _input(interview)
    if text is not None:
        _take(host, interview, text, shown)
        st.rerun()
    _sidebar(host, interview, listening, shown)
    with conversation:
        for turn in interview.turns:
            _turn(interview, turn)
        if not listening:
            _go_on(host, interview)
    st.session_state[SHOWN] = _prompt(interview)


def show_unsent() -> None:
    """Show what was typed and found no place in an interview, to be copied; if there is any."""
    typed = [v for k, v in st.session_state.items() if str(k).startswith(CHANGED)]
    if text := next(filter(None, [st.session_state.get(ANSWER), *typed]), ""):
        st.caption("Your answer could not be taken; it is here to be copied:")
        st.code(text, language=None, wrap_lines=True)


def _prompt(interview: Interview) -> Prompt:
    return interview.id, len(interview.turns)


def _draft_key(interview: Interview) -> str:
    return f"draft-{interview.id}"


def _take(host: Interviewer, interview: Interview, text: str, shown: Prompt | None) -> None:
    """Save an answer to what the page showed; one that cannot be taken is kept as a draft."""
    why = ""
    if shown == _prompt(interview):
        try:
            host.hear(interview, text)
        except InterviewerError as error:
            why = str(error)
        else:
            st.session_state.pop(_draft_key(interview), None)
            return
    st.session_state[_draft_key(interview)] = Draft(text, shown, why)


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


def _input(interview: Interview) -> str | None:
    """What was sent to the page. A draft stays in a box, to be changed and sent again."""
    draft = st.session_state.get(_draft_key(interview))
    if draft is None:
        # Not `disabled` while the interviewer speaks: the box would lose the keyboard each time.
        return st.chat_input("Your answer", key=ANSWER, submit_mode="disable")
    why = draft.why if draft.prompt == _prompt(interview) else MOVED_ON
    st.error(plain(why), icon="⚠️")
    key = f"{CHANGED}{interview.id}-{draft.prompt}"
    changed = st.text_area("Your answer, to change", value=draft.text, height=300, key=key)
    return changed if st.button("Send again", type="primary") else None


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
                st.code(question.coding.starter, language="python", wrap_lines=True)


def _sidebar(
    host: Interviewer, interview: Interview, listening: bool, shown: Prompt | None
) -> None:
    opened = session.asked(interview)
    with st.sidebar:
        st.subheader(f"Question {max(1, len(opened))} of {len(interview.plan)}")
        level = (opened or interview.plan)[-1 if opened else 0].level
        st.caption(f"{interview.settings.mode.capitalize()} mode · {level} level")
        if len(interview.plan) < interview.settings.questions:
            st.caption(f"No more than {len(interview.plan)} fit what you chose.")
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
        passes = st.button("Pass on this question", width="stretch", disabled=not listening)
        if passes and shown == _prompt(interview):
            host.skip(interview)
            st.session_state.pop(_draft_key(interview), None)
            st.rerun()
        if st.button("End and see the report", width="stretch"):
            try:
                host.end(interview)
            except Conflict:
                # What was being graded when it was pressed has its grade now.
                host.end(host.load(interview.id))
            st.rerun()
        st.caption("Saved after every turn: the address of this page brings you back.")
