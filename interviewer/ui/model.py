"""The language model's settings: what is set up, a form to change it, a test call."""

import streamlit as st

from interviewer.errors import InterviewerError
from interviewer.ui.text import plain
from interviewer.wiring import Services, Trial

KEEP = "Remember it, key included, in settings.toml (readable by you only)"
OUTCOME = "model-outcome"
SENT = "model-sent"
LOCAL = "http://127.0.0.1:11434/v1"


def show(services: Services) -> None:
    """Draw the settings, closed as long as nobody looks for them."""
    chosen = services.configuration
    state = chosen.model if chosen.has_model else "none"
    with st.expander(f"Language model: {plain(state)}"):
        st.write(
            "A language model judges and words the conversation, through any OpenAI-compatible "
            "endpoint: a cloud service, Ollama, vLLM, llama.cpp. Without one everything works "
            "on this machine alone."
        )
        if services.fixed_variables:
            names = ", ".join(sorted(services.fixed_variables))
            st.caption(plain(f"Set by the environment, which wins at every start: {names}"))
        _form(services)
        if chosen.has_model:
            left, right = st.columns(2)
            if left.button("Test it", width="stretch"):
                _attempt(services)
            if right.button("Stop using it", width="stretch"):
                services.set_up_model("", "", "", remember=True)
                st.rerun()
        _outcome()


def _form(services: Services) -> None:
    chosen = services.configuration
    has_key = bool(chosen.api_key.get_secret_value())
    # Another field each time, so that no widget holds the key once it was sent.
    sent = st.session_state.setdefault(SENT, 0)
    with st.form("model"):
        name = st.text_input("Model", value=chosen.model, key="model-name")
        url = st.text_input(
            "Endpoint (empty: OpenAI)", value=chosen.base_url, placeholder=LOCAL, key="model-url"
        )
        key = st.text_input(
            "Key",
            type="password",
            placeholder="one is set; type another to replace it" if has_key else "if it needs one",
            key=f"model-key-{sent}",
        )
        remember = st.checkbox(KEEP, value=True, key="model-keep")
        if not st.form_submit_button("Use and test"):
            return
    st.session_state[SENT] = sent + 1
    try:
        services.set_up_model(name, url, key or None, remember=remember)
    except InterviewerError as error:
        st.session_state[OUTCOME] = str(error)
    else:
        _attempt(services)
    st.rerun()


def _attempt(services: Services) -> None:
    """Make the test call and keep how it went, to be shown after the page is drawn anew."""
    with st.spinner("Calling the model …"):
        try:
            st.session_state[OUTCOME] = services.try_model()
        except InterviewerError as error:
            st.session_state[OUTCOME] = str(error)


def _outcome() -> None:
    outcome = st.session_state.pop(OUTCOME, None)
    if isinstance(outcome, Trial):
        st.success(
            plain(
                f"{outcome.model} replied in {outcome.seconds:.1f} s; "
                f"it gives objects by {outcome.rung}."
            )
        )
    elif outcome:
        st.error(plain(str(outcome)), icon="⚠️")
