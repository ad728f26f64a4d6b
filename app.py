"""The Streamlit entry: wire the services once per process, hand them to the page."""

import streamlit as st

from interviewer.ui.page import show
from interviewer.wiring import Services


@st.cache_resource(show_spinner="Opening the question bank …")
def _services() -> Services:
    return Services.from_environment().ready()


show(_services)
