"""Read question files into `Question`s, or say in one line which file and key is wrong."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from interviewer.domain import Kind, Level, Question, Role
from interviewer.errors import BankError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

COMPLAINTS = 3
"""How many things to mend are said of a file at once; with all of them nobody sees the first."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_Loader):  # type: ignore[misc]
    """YAML lets a key stand twice and keeps the last; a question bank must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build the mapping, refusing a repeated key and one that is no word."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="braces or brackets where a key should be: put the value in quotes",
                    problem_mark=key.start_mark,
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


@dataclass(frozen=True)
class Bank:
    """The questions of one or more folders, in a fixed order, with the files they came from."""

    questions: tuple[Question, ...]
    files: Mapping[str, Path]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def get(self, question_id: str) -> Question:
        """The question of that id; raises `BankError` where there is none."""
        try:
            return self._by_id[question_id]
        except KeyError:
            raise BankError(
                f"no question {question_id!r} in the bank: see `interviewer bank list`"
            ) from None

    def select(
        self,
        kind: Kind | None = None,
        level: Level | None = None,
        role: Role | None = None,
        areas: Iterable[str] = (),
    ) -> tuple[Question, ...]:
        """The questions that fit every given filter; an empty filter fits all."""
        wanted = set(areas)
        return tuple(
            q
            for q in self.questions
            if (kind is None or q.kind is kind)
            and (level is None or q.level is level)
            and (role is None or role in q.roles)
            and (not wanted or q.area in wanted)
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over every question: changes when, and only when, the content does."""
        digest = hashlib.sha256()
        for question in self.questions:
            digest.update(question.model_dump_json().encode())
            digest.update(b"\n")
        return digest.hexdigest()


def load_question(path: Path) -> Question:
    """One question from one YAML file; raises `BankError` naming file, place and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BankError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise BankError(f"{path}: cannot be read ({error.strerror}): check it") from error
    try:
        data = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader's subclass
    except yaml.MarkedYAMLError as error:
        raise BankError(f"{path}{_yaml_complaint(error, text)}") from error
    except yaml.YAMLError as error:
        raise BankError(f"{path}: not YAML: {error}") from error
    except (ValueError, LookupError, AttributeError) as error:  # of a date, a number or a tag
        raise BankError(f"{path}: a value cannot be read ({error}): put it in quotes") from error
    if not isinstance(data, dict):
        raise BankError(f"{path}: expected one mapping with the keys of a question")
    try:
        return Question.model_validate(data)
    except ValidationError as error:
        raise BankError(f"{path}: {_validation_complaint(error)}") from error


def write_question(question: Question, folder: Path) -> Path:
    """Keep a question in a bank's folder, as `load_question` reads it; the file's path.

    Raises `BankError` where there is one of that id already or the folder cannot be written.
    """
    path = folder / question.area / f"{question.id}.yaml"
    data = question.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BankError(f"{path}: is kept already") from error
    except OSError as error:
        raise BankError(f"{path}: cannot be written ({error.strerror}): check it") from error
    return path


def load_bank(
    folders: Iterable[Path],
    progress: Callable[[int, int], None] | None = None,
    unusable: Callable[[BankError], None] | None = None,
) -> Bank:
    """All `*.yaml` and `*.yml` below the folders, ordered by id.

    `progress(done, total)` is called after each file. A file that cannot be used, or whose id is
    used already, goes to `unusable` and is left out; without `unusable` it raises its `BankError`.
    Raises `BankError` at a folder that is not there and where there is no file at all.
    """
    paths = [path for folder in folders for path in _files(folder)]
    questions: dict[str, Question] = {}
    files: dict[str, Path] = {}
    for done, path in enumerate(paths, start=1):
        try:
            question = load_question(path)
            if question.id in questions:
                raise BankError(
                    f"{path}: id: {question.id!r} is already used by {files[question.id]}: "
                    "give one of them another id"
                )
        except BankError as error:
            if unusable is None:
                raise
            unusable(error)
        else:
            questions[question.id] = question
            files[question.id] = path
        if progress is not None:
            progress(done, len(paths))
    if not paths:
        raise BankError("no question files (*.yaml, *.yml) found: check the folder of the bank")
    return Bank(tuple(questions[i] for i in sorted(questions)), files)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BankError(f"no such folder: {folder}: check the folder of the bank")
    found = (path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    # Hidden folders hold other programs' files.
    return sorted(
        p for p in found if not any(x.startswith(".") for x in p.relative_to(folder).parts)
    )


def _yaml_complaint(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    if mark is None:
        return f": {error.problem or 'not YAML'}"
    where = f", line {mark.line + 1}, column {mark.column + 1}"
    if text[mark.index : mark.index + 1] == "\t":
        return f"{where}: a tab: indent with spaces"
    problem = error.problem or "not YAML"
    return f"{where}: {_YAML_PROBLEMS.get(problem, problem)}"


_YAML_PROBLEMS = {
    "mapping values are not allowed in this context": (
        "no ': ' can stand here: put the text in quotes, or mend the indentation"
    ),
    "did not find expected '-' indicator": (
        "the items of a list begin in one column, with a dash and a space"
    ),
    "did not find expected key": (
        "a key should begin here: mend the indentation, or put the text in quotes"
    ),
    "found character that cannot start any token": "no text begins so: put it in quotes",
}
"""What PyYAML says of the commonest slips, in a writer's words."""


def _validation_complaint(error: ValidationError) -> str:
    """The first complaints, each with its key path, and how many more there are."""
    # A key that is misspelt is missing too: the spelling is what to mend.
    order = {"extra_forbidden": 0, "missing": 2}
    found = sorted(error.errors(), key=lambda e: order.get(e["type"], 1))
    told = "; ".join(map(_said, found[:COMPLAINTS]))
    more = f" (and {len(found) - COMPLAINTS} more)" if len(found) > COMPLAINTS else ""
    return told + more


def _said(error: "ErrorDetails") -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the question"
    match error["type"]:
        case "missing":
            what = "missing: add it"
        case "extra_forbidden":
            what = "not a key of the schema: remove it or mend its spelling"
        case "tuple_type":
            what = f"a list is expected, [one, another], not {_shown(error['input'])}"
        case "value_error":
            what = error["msg"].removeprefix("Value error, ")
        case _:
            what = f"{error['msg'][0].lower()}{error['msg'][1:]}, not {_shown(error['input'])}"
    return f"{key}: {what}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
