"""The walls of the house: who may import whom. See CONTRIBUTING.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "interviewer"
ROOMS = ("bank", "retrieval", "llm", "grading", "interview", "store", "report", "ui", "cli")

MAY_IMPORT = {
    "domain": set(),
    "errors": set(),
    "resources": {"errors"},
    "onnx": {"errors"},
    "settings": {"errors"},
    "prompts": {"errors", "resources"},
    "bank": {"domain", "errors"},
    "retrieval": {"domain", "errors", "bank", "onnx"},
    "llm": {"domain", "errors"},
    "grading": {"domain", "errors", "bank", "llm", "onnx", "prompts"},
    "interview": {"domain", "errors", "bank", "grading", "llm", "prompts"},
    "store": {"domain", "errors"},
    "report": {"domain", "errors", "grading", "interview", "llm", "prompts"},
    "ui": {"domain", "errors", "report", "interview", "grading", "wiring"},
    "cli": {"domain", "errors", "report", "interview", "grading", "bank", "wiring", "resources",
            "settings"},
}  # fmt: skip
ONLY_IN = {
    "chromadb": ("retrieval/chroma.py",),
    "onnxruntime": ("onnx.py",),
    "tokenizers": ("onnx.py",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "streamlit": ("ui/",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "yaml": ("bank/loader.py",),
    **dict.fromkeys(
        ("langchain", "langchain_core", "langchain_openai", "openai"), ("llm/langchain_model.py",)
    ),
}
OPEN_TO_ALL = {"model", "usage"}
"""What of the language models' room others but wiring may know: its Protocol, its bookkeeping."""
PURE = (
    "grading/scoring.py",
    "grading/evidence.py",
    "grading/text.py",
    "grading/address.py",
    "grading/guard.py",
    "grading/llm_judge/doubts.py",
    "grading/llm_judge/reading.py",
    "grading/llm_judge/replies.py",
    "grading/rubric.py",
    "grading/embedded/features.py",
    "grading/embedded/passages.py",
    "llm/replies.py",
    "interview/manners.py",
    "interview/policy.py",
    "interview/session.py",
    "interview/selection.py",
    "report/build.py",
    "report/render.py",
)
IMPURE = {"os", "time", "socket", "subprocess", "secrets", "threading", "urllib", "sqlite3"}
CLOCKS = (
    ".now(",
    ".utcnow(",
    ".today(",
    "time.time",
    "open(",
    "read_text(",
    "write_text(",
    "print(",
)


def modules() -> Iterator[Path]:
    yield from sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module a file imports, also inside functions and under TYPE_CHECKING."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", list(modules()), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    here = room(path)
    if here not in MAY_IMPORT:
        assert here in ("__init__", "__main__", "wiring"), f"{here}: give it a place in MAY_IMPORT"
        return
    known = set(MAY_IMPORT) | {"wiring"}
    ours = {m.split(".")[1] for m in imported(path) if m.startswith("interviewer.")} & known
    assert ours - {here} <= MAY_IMPORT[here]


def test_models_are_known_by_their_protocol() -> None:
    adapters = {f"interviewer.llm.{p.stem}" for p in (PACKAGE / "llm").glob("*.py")}
    adapters -= {f"interviewer.llm.{name}" for name in OPEN_TO_ALL}
    assert "interviewer.llm.langchain_model" in adapters
    for path in modules():
        if room(path) not in ("llm", "wiring"):
            assert not imported(path) & adapters, path


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_heavy_library_has_one_door(library: str) -> None:
    for path in modules():
        inside = str(path.relative_to(PACKAGE)).startswith(ONLY_IN[library])
        if any(m.split(".")[0] == library for m in imported(path)):
            assert inside, f"{path} imports {library}"


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_have_no_clock_no_chance_and_no_files(name: str) -> None:
    path = PACKAGE / name
    assert not {m.split(".")[0] for m in imported(path)} & IMPURE
    text = path.read_text(encoding="utf-8")
    assert not [clock for clock in CLOCKS if clock in text]


def test_torch_is_named_nowhere_but_in_the_extra() -> None:
    users = [p for p in modules() if any(m.split(".")[0] == "torch" for m in imported(p))]
    assert users == []


def test_rooms_are_the_folders() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and not p.name.startswith("_")}
    assert folders == set(ROOMS)
