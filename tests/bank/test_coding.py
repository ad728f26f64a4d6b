"""Every coding task of the shipped bank: the solution passes its tests, each wrong one fails."""

import ast
import warnings

import pytest

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.domain import Kind, Question

TASKS = load_bank([resources.folder("knowledge")]).select(Kind.CODING)


def passes(code: str, tests: str) -> bool:
    """Whether the tests run through after the code; a warning of the code's counts as failing."""
    namespace: dict[str, object] = {"__name__": "task"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(compile(code, "solution", "exec"), namespace)
            exec(compile(tests, "tests", "exec"), namespace)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the task is not solved
            return False
    return True


@pytest.mark.parametrize("task", TASKS, ids=lambda q: q.id)
def test_the_solution_passes_and_the_wrong_ones_fail(task: Question) -> None:
    assert task.coding is not None
    ast.parse(task.coding.starter)
    assert passes(task.coding.solution, task.coding.tests)
    for number, wrong in enumerate(task.coding.wrong):
        ast.parse(wrong)
        assert not passes(wrong, task.coding.tests), f"wrong solution {number} passes"


def test_there_are_tasks() -> None:
    assert len(TASKS) >= 20
