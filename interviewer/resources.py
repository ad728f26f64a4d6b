"""Where the files shipped as data lie: in the checkout, or in the installed package."""

from pathlib import Path

from interviewer.errors import ModelFilesError

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The shipped folder or file of that name (`knowledge`, `models`, `app.py`).

    A wheel carries them in `interviewer/_data`, a checkout beside the package.
    Raises `ModelFilesError` if it is in neither place.
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise ModelFilesError(f"{name} is missing from the installation: install the package again")
