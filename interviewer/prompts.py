"""The shipped prompts: files with an id, a version and a hash, rendered strictly.

A template holds `{{name}}` placeholders. Rendering refuses a missing value and one that the
template does not use, and puts values in as they are: a placeholder inside one stays text.

After editing a file in `prompts/`, run `python -m interviewer.prompts` in the checkout: it writes
the new hashes into `prompts.toml`, raises the versions of what changed and adds new files.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from interviewer import resources
from interviewer.errors import ModelFilesError

INDEX = "prompts.toml"
_PLACEHOLDER = re.compile(r"\{\{([a-z][a-z_]*)\}\}")
_HEADER = """\
# The prompts, with the SHA-256 of each file. Written by `python -m interviewer.prompts`.
"""


@dataclass(frozen=True)
class Prompt:
    """A template; `hash` is the first 16 hex digits of its SHA-256, kept with every grade."""

    id: str
    version: int
    hash: str
    template: str

    @property
    def variables(self) -> frozenset[str]:
        """The names of its placeholders."""
        return frozenset(_PLACEHOLDER.findall(self.template))

    def render(self, **values: str) -> str:
        """The text with its values in place. Raises `ValueError` if they are not its variables."""
        if missing := self.variables - values.keys():
            raise ValueError(f"prompt {self.id}: no value for {', '.join(sorted(missing))}")
        if unused := values.keys() - self.variables:
            raise ValueError(f"prompt {self.id}: does not use {', '.join(sorted(unused))}")
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.template).strip()


class Prompts:
    """The prompts of one folder, by id."""

    def __init__(self, prompts: Mapping[str, Prompt]) -> None:
        self._prompts = prompts

    def __getitem__(self, prompt_id: str) -> Prompt:
        try:
            return self._prompts[prompt_id]
        except KeyError:
            raise ModelFilesError(
                f"prompts: {prompt_id!r} is not in {INDEX}: install the package again"
            ) from None

    @property
    def ids(self) -> frozenset[str]:
        """All ids."""
        return frozenset(self._prompts)

    @classmethod
    def load(cls, folder: Path | None = None) -> "Prompts":
        """Read a folder's prompts, by default the shipped ones.

        Raises `ModelFilesError` naming the file that is missing, changed or malformed.
        """
        folder = folder or resources.folder("prompts")
        return cls({i: _load(folder, i, entry) for i, entry in _index(folder).items()})


def fence(text: str, random: Random) -> tuple[str, str]:
    """A delimiter nobody can foresee, and the text between two lines of it.

    Inside the text the delimiter is broken up, and invisible characters, which can hide words
    from people, are left out; a quote is compared without them anyway.
    """
    # A hexadecimal word with a digit: a recording knows by this that two requests are the same.
    delimiter = f"data-{random.randrange(10)}{random.getrandbits(44):011x}"
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    broken = re.sub(
        re.escape(delimiter), lambda m: f"{m[0][:5]} {m[0][5:]}", visible, flags=re.IGNORECASE
    )
    return delimiter, f"<{delimiter}>\n{broken}\n</{delimiter}>"


def refresh(folder: Path) -> None:
    """Write `prompts.toml` anew from the files of a folder."""
    old = _index(folder) if (folder / INDEX).is_file() else {}
    tables = []
    for path in sorted(folder.glob("*.md")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        known = old.get(path.stem)
        version = known["version"] + (known["sha256"] != digest) if known else 1
        tables.append(
            f'[{path.stem}]\nfile = "{path.name}"\nversion = {version}\nsha256 = "{digest}"\n'
        )
    (folder / INDEX).write_text("\n".join([_HEADER, *tables]), encoding="utf-8")


def _index(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / INDEX
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelFilesError(f"{path}: cannot be read ({error}): install the package again") from (
            error
        )


def _load(folder: Path, prompt_id: str, entry: Mapping[str, Any]) -> Prompt:
    if not isinstance(entry, dict) or entry.keys() != {"file", "version", "sha256"}:
        raise ModelFilesError(
            f"{folder / INDEX}: {prompt_id}: expected file, version and sha256: "
            "run python -m interviewer.prompts"
        )
    path = folder / str(entry["file"])
    try:
        content = path.read_bytes()
        template = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFilesError(
            f"{path}: cannot be read ({error}): install the package again"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise ModelFilesError(
            f"{path}: not the text that {INDEX} has the hash of: if you edited it, run "
            "python -m interviewer.prompts, else install the package again"
        )
    if "{{" in _PLACEHOLDER.sub("", template):
        raise ModelFilesError(f"{path}: a placeholder is written {{{{name}}}}, in small letters")
    return Prompt(prompt_id, int(entry["version"]), digest[:16], template)


if __name__ == "__main__":
    refresh(resources.folder("prompts"))
