"""What somebody does on the page: each leaves it drawn anew, and without an exception."""

from streamlit.testing.v1 import AppTest


def click(page: AppTest, label: str) -> AppTest:
    """Press the button of that label."""
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception
    return page


def answer(page: AppTest, text: str) -> AppTest:
    """Send an answer."""
    page.chat_input(key="answer").set_value(text).run()
    assert not page.exception
    return page
