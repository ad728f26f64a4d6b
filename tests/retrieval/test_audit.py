from dataclasses import replace
from pathlib import Path

from interviewer.bank import Bank
from interviewer.retrieval import OnnxEncoder, hard_to_find, open_index, said_twice


def test_a_sound_bank_has_no_complaints(bank: Bank, encoder: OnnxEncoder, tmp_path: Path) -> None:
    assert list(said_twice(bank, encoder)) == []
    with open_index(bank, encoder, tmp_path) as index:
        assert list(hard_to_find(bank, index)) == []


def test_a_point_said_twice_is_named_with_its_twin(bank: Bank, encoder: OnnxEncoder) -> None:
    first, second, third = bank.questions
    claim = "In training dropout sets random activations to zero."
    twin = second.points[0].model_copy(update={"claim": claim})
    changed = second.model_copy(update={"points": (twin, *second.points[1:])})
    complaints = [
        str(c) for c in said_twice(replace(bank, questions=(first, changed, third)), encoder)
    ]
    assert len(complaints) == 1
    assert "dropout: points.zeroing: says the same as overfitting/gap" in complaints[0]


def test_a_question_that_asks_for_something_else_is_hard_to_find(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    first, *rest = bank.questions
    astray = first.model_copy(update={"question": "What does a p-value tell you?"})
    with open_index(bank, encoder, tmp_path) as index:
        changed = Bank((astray, *rest), {})
        keys = [str(c) for c in hard_to_find(changed, index)]
    assert len(keys) == 1
    assert keys[0].startswith("dropout: question: finds only")
