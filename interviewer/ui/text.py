"""Text for `st.markdown` in which nothing but `$formulae$` is markup."""

import re

_FORMULA = re.compile(r"\$(?=\S)[^$\n]{1,300}?(?<=\S)\$(?!\d)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|~<>&:$=-])")


def plain(text: str) -> str:
    """The text escaped for Markdown: formulae between dollars stay, line breaks stay.

    Used for everything shown, the bank's text as well as what was said: neither may bring
    markup, links, images or HTML onto the page.
    """
    parts = []
    at = 0
    for formula in _FORMULA.finditer(text):
        parts += [_escape(text[at : formula.start()]), formula.group()]
        at = formula.end()
    parts.append(_escape(text[at:]))
    return "".join(parts)


def quoted(text: str) -> str:
    """The text as an escaped block quote, formulae left as they were typed."""
    return "\n".join(f"> {_escape(line)}  " for line in text.splitlines())


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "  \n")
