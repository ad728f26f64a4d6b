"""The set-up view: what kind of interview, and which to continue."""

import secrets
from enum import StrEnum

import streamlit as st

from interviewer.domain import Kind, Level, Mode, Role, Settings, Summary
from interviewer.errors import SessionError
from interviewer.report.render import NOT_FOR_HIRING, out_of_ten
from interviewer.ui import model
from interviewer.ui.text import plain
from interviewer.wiring import JudgeName, Services

RECENT = 8
TIMES = {"no limit": None, "15 minutes": 15, "30 minutes": 30, "45 minutes": 45, "60 minutes": 60}


def show(services: Services) -> str | None:
    """Draw the form; the id of the interview that was started or chosen, if one was."""
    st.title("Practise a machine-learning interview")
    st.write(
        "You are asked as an interviewer would ask, followed up on what is missing or wrong, "
        "and scored point by point, with your own words as evidence."
    )
    settings = _form(services)
    if settings is not None:
        with st.spinner("Choosing the questions …"):
            return services.interviewer.create(settings).id
    chosen = _recent(services)
    if not services.configuration.database_url:
        model.show(services)
    st.caption(f"Judge: {_judge(services, services.default_judge)}. {NOT_FOR_HIRING}")
    return chosen


def _judge(services: Services, judge: str) -> str:
    if judge == "llm":
        return plain(f"{services.configuration.model}, the language model")
    return f"{services.judge.name}, on this machine"


def _form(services: Services) -> Settings | None:
    with st.form("setup"):
        left, right = st.columns(2)
        kind = left.selectbox(
            "Kind", [None, *Kind], format_func=lambda k: _words(k, "mixed"), key="kind"
        )
        level = right.selectbox(
            "Level", [None, *Level], format_func=lambda x: _words(x, "any"), key="level"
        )
        role = left.selectbox(
            "Job", [None, *Role], format_func=lambda r: _words(r, "any"), key="role"
        )
        time = right.selectbox("Time", list(TIMES), key="time")
        topics = st.text_input(
            "Topics, in your own words (optional)",
            placeholder="overfitting, A/B tests",
            key="topics",
            max_chars=300,
        )
        mode = st.radio(
            "Mode",
            list(Mode),
            format_func=str.capitalize,
            captions=["Hints on the way", "No help until the report"],
            horizontal=True,
            key="mode",
        )
        judge = services.default_judge
        if services.configuration.has_model:
            judges: list[JudgeName] = ["llm", "embedded"]
            judge = st.radio(
                "Judge",
                judges,
                index=judges.index(judge),
                format_func=lambda j: _judge(services, j),
                horizontal=True,
                key="judge",
            )
        questions = st.slider("Questions", 1, 10, 3, key="questions")
        if not st.form_submit_button("Start the interview", type="primary"):
            return None
    return Settings(
        kind=kind,
        level=level,
        role=role,
        topics=tuple(t.strip() for t in (topics or "").split(",") if t.strip()),
        mode=mode or Mode.COACH,
        minutes=TIMES[time],
        questions=questions,
        seed=secrets.randbelow(2**31),
        judge=judge,
    )


def _recent(services: Services) -> str | None:
    """The latest interviews, on a machine of one's own only: others' are none of our business."""
    if services.configuration.database_url:
        return None
    try:
        summaries = services.store.summaries(limit=RECENT)
    except SessionError as error:
        st.caption(plain(str(error)))
        return None
    if not summaries:
        return None
    st.subheader("Your interviews")
    for summary in summaries:
        line, button = st.columns([5, 1], vertical_alignment="center")
        line.write(_line(summary))
        label = "Report" if summary.closed else "Go on"
        if button.button(label, key=f"open-{summary.id}", width="stretch"):
            return summary.id
    return None


def _line(summary: Summary) -> str:
    kind = _words(summary.settings.kind, "mixed")
    state = (
        out_of_ten(summary.score)
        if summary.closed
        else f"{summary.answered} of {summary.questions} answered"
    )
    return f"{summary.started:%d %b %Y, %H:%M} · {kind} · {summary.settings.mode} · {state}"


def _words(value: StrEnum | None, none: str) -> str:
    return none if value is None else value.value.replace("-", " ")
