"""Which view to show: the address names the interview, its state decides the rest."""

from collections.abc import Callable

import streamlit as st

from interviewer.errors import Conflict, InterviewerError
from interviewer.ui import chat, report, setup
from interviewer.ui.text import plain
from interviewer.wiring import Services

ADDRESS = "interview"


def show(services: Callable[[], Services]) -> None:
    """Draw the page. Every error is one line on it; nothing said is lost by one."""
    st.set_page_config(page_title="Interviewer", page_icon="🎙️", layout="centered")
    try:
        _route(services())
    except Conflict:
        # Another run of the page has just stored what this one was at: show how it stands now.
        st.rerun()
    except InterviewerError as error:
        st.error(plain(str(error)), icon="⚠️")
        chat.show_unsent()
        if st.button("Start over"):
            st.query_params.clear()
            st.rerun()


def _route(services: Services) -> None:
    interview_id = st.query_params.get(ADDRESS)
    if interview_id is None:
        chosen = setup.show(services)
        if chosen is not None:
            st.query_params[ADDRESS] = chosen
            st.rerun()
        return
    interview = services.interview(interview_id)
    if interview.closed:
        chat.show_unsent()
        report.show(services, interview)
    else:
        chat.show(services, interview)
