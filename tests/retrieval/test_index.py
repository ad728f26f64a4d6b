import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interviewer.bank import Bank
from interviewer.domain import Kind
from interviewer.errors import IndexInUse, IndexUnavailable, StoreError, UsageError
from interviewer.retrieval import OnnxEncoder, ReferenceIndex, open_index
from tests.retrieval.conftest import make_bank

TEXTS = 16
QUESTIONS = 3
ENCODED = TEXTS + QUESTIONS
OF_TWO = 11 + 2
"""A question's text is encoded as a text of its own and as the context of its parts."""


class Counting:
    """The real encoder, counting what it is asked for."""

    dimensions = 384

    def __init__(self, encoder: OnnxEncoder, name: str = "counting") -> None:
        self._encoder = encoder
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        return self._encoder.encode(texts)


class Dying(Counting):
    """Raises at the second batch, as a killed process would stop there."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.encoded:
            raise KeyboardInterrupt
        return super().encode(texts)


@pytest.fixture
def index(bank: Bank, encoder: OnnxEncoder, tmp_path: Path) -> Iterator[ReferenceIndex]:
    with open_index(bank, encoder, tmp_path) as opened:
        yield opened


def test_scores_are_cosines_and_come_best_first(
    index: ReferenceIndex, encoder: OnnxEncoder, bank: Bank
) -> None:
    hits = index.search("neurons are dropped at random", limit=50)
    assert len(hits) == TEXTS - 1, "a phrase counts as its question"
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    asked = encoder.encode(["neurons are dropped at random"])[0]
    for hit in hits:
        context = encoder.encode([bank.get(hit.question_id).question])[0]
        leaning = encoder.encode([hit.text])[0] + 0.6 * context
        cosine = float(asked @ leaning / np.linalg.norm(leaning))
        if hit.question_id == "dropout" and hit.part == "question":
            assert hit.score >= cosine - 1e-5, "its phrase is nearer"
        else:
            assert hit.score == pytest.approx(cosine, abs=1e-5)


def test_a_question_is_found_by_its_phrases(index: ReferenceIndex, bank: Bank) -> None:
    hit = index.search("switch neurons off at random", limit=1)[0]
    assert (hit.question_id, hit.part, hit.part_id) == ("dropout", "question", None)
    assert hit.text == bank.get("dropout").question
    assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_every_part_of_a_question_is_found_under_its_id(index: ReferenceIndex, bank: Bank) -> None:
    for question in bank:
        points = [*question.points, *question.follow_ups[0].points]
        expected: list[tuple[str, str | None, str]] = [("question", None, question.question)]
        expected += [("point", p.id, p.claim) for p in points]
        expected += [("misconception", m.id, m.claim) for m in question.misconceptions]
        for part, part_id, text in expected:
            hit = index.search(text, limit=1)[0]
            assert (hit.question_id, hit.part, hit.part_id) == (question.id, part, part_id)
            assert hit.text == text
            assert hit.score > 0.85


def test_a_phrase_that_stands_twice_is_one(encoder: OnnxEncoder, tmp_path: Path) -> None:
    [dropout, *_] = make_bank()
    twice = dropout.model_copy(update={"phrases": (*dropout.phrases, *dropout.phrases)})
    with (
        open_index(Bank((dropout,), {}), encoder, tmp_path / "once") as once,
        open_index(Bank((twice,), {}), encoder, tmp_path / "twice") as index,
    ):
        assert index.count() == once.count()


def test_filters_narrow_together(index: ReferenceIndex) -> None:
    hits = index.search(
        "anything", 50, parts=("point",), kind=Kind.THEORY, exclude_question="dropout"
    )
    assert {(h.question_id, h.part) for h in hits} == {("overfitting", "point")}
    assert len(hits) == 3
    assert {h.part for h in index.search("anything", 50, parts=("question", "misconception"))} == {
        "question",
        "misconception",
    }
    assert index.search("anything", parts=()) == []
    assert index.search("anything", kind=Kind.CODING) == []


def test_many_texts_are_answered_in_their_order(index: ReferenceIndex) -> None:
    texts = ["p-value", "  ", "dropout", ""]
    answers = index.search_many(texts, limit=2)
    assert answers == [index.search("p-value", 2), [], index.search("dropout", 2), []]
    assert index.search_many([]) == []
    assert index.search("dropout", limit=0) == []


def test_built_once_then_reused(bank: Bank, encoder: OnnxEncoder, tmp_path: Path) -> None:
    counting = Counting(encoder)
    seen: list[tuple[int, int]] = []
    open_index(bank, counting, tmp_path, progress=lambda *step: seen.append(step)).close()
    assert counting.encoded == ENCODED
    assert seen[-1] == (TEXTS, TEXTS)
    seen.clear()
    with open_index(bank, counting, tmp_path, progress=lambda *step: seen.append(step)) as index:
        assert counting.encoded == ENCODED
        assert seen == []
        assert index.search("dropout", 1)[0].question_id == "dropout"


def test_rebuilt_when_bank_or_encoder_change_and_the_older_removed(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    first, second = Counting(encoder), Counting(encoder, "another")
    smaller = replace(bank, questions=bank.questions[:2])
    open_index(bank, first, tmp_path).close()
    assert first.encoded == ENCODED
    with open_index(smaller, first, tmp_path) as index:
        assert first.encoded == ENCODED + OF_TWO
        assert {h.question_id for h in index.search("p-value", 50)} == {"dropout", "overfitting"}
    open_index(smaller, second, tmp_path).close()
    assert second.encoded == OF_TWO
    # Only the newest is kept: the first bank has to be built again (and a search encoded once).
    open_index(bank, first, tmp_path).close()
    assert first.encoded == ENCODED + OF_TWO + 1 + ENCODED


def test_a_build_cut_short_is_completed(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interviewer.retrieval.index._BATCH", 4)
    with pytest.raises(KeyboardInterrupt):
        open_index(bank, Dying(encoder), tmp_path)
    counting = Counting(encoder)
    seen: list[tuple[int, int]] = []
    with open_index(bank, counting, tmp_path, progress=lambda *step: seen.append(step)) as index:
        assert counting.encoded == ENCODED - 4
        assert seen[0] == (8, TEXTS)
        assert len(index.search("anything", 50)) == TEXTS - 1


@contextmanager
def _other_process(code: str, home: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process, from its first line of output until it is killed at the end."""
    command = [sys.executable, "-c", textwrap.dedent(code), str(home)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


OWNER = """
    import sys, time
    from pathlib import Path
    from interviewer.retrieval import OnnxEncoder, open_index
    from tests.retrieval.conftest import ENCODER_FOLDER, make_bank
    index = open_index(make_bank(), OnnxEncoder(ENCODER_FOLDER), Path(sys.argv[1]))
    print("ready", flush=True)
    time.sleep(600)
"""
BUILDER = """
    import sys, time
    from pathlib import Path
    import interviewer.retrieval.index as module
    from interviewer.retrieval import OnnxEncoder
    from tests.retrieval.conftest import ENCODER_FOLDER, make_bank
    module._BATCH = 4
    def stop(done, total):
        print("ready", flush=True)
        time.sleep(600)
    module.open_index(make_bank(), OnnxEncoder(ENCODER_FOLDER), Path(sys.argv[1]), progress=stop)
"""


def test_a_second_process_is_refused_until_the_first_dies(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    with _other_process(OWNER, tmp_path) as owner, pytest.raises(IndexInUse) as caught:
        open_index(bank, encoder, tmp_path)
    assert str(caught.value) == (
        f"the index in {tmp_path / 'index'} is used by process {owner.pid}: "
        "close it, or set CHROMA_URL to a Chroma server"
    )
    counting = Counting(encoder, encoder.name)
    open_index(bank, counting, tmp_path).close()
    assert counting.encoded == 0


def test_a_build_killed_half_way_is_completed(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    with _other_process(BUILDER, tmp_path):
        pass
    counting = Counting(encoder, encoder.name)
    with open_index(bank, counting, tmp_path) as index:
        assert 0 < counting.encoded < ENCODED
        assert len(index.search("anything", 50)) == TEXTS - 1


def test_one_process_may_not_open_a_folder_twice_either(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    with open_index(bank, encoder, tmp_path), pytest.raises(IndexUnavailable, match="is used by"):
        open_index(bank, encoder, tmp_path)
    open_index(bank, encoder, tmp_path).close()


def test_closing_twice_is_harmless(bank: Bank, encoder: OnnxEncoder, tmp_path: Path) -> None:
    index = open_index(bank, encoder, tmp_path)
    index.close()
    index.close()


def test_a_damaged_index_says_what_to_delete(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"not a database" * 500)
    with pytest.raises(IndexUnavailable, match="delete that folder") as caught:
        open_index(bank, encoder, tmp_path)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_home_that_is_a_file_cannot_be_written(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    with pytest.raises(StoreError, match="set INTERVIEWER_HOME to a folder that can"):
        open_index(bank, encoder, home)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_home_without_permission_cannot_be_written(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        open_index(bank, encoder, tmp_path)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://localhost:8000", "http://", "http://localhost:x", "http://a/b"]
)
def test_an_address_that_is_none(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path, url: str
) -> None:
    with pytest.raises(UsageError, match="write http://HOST:PORT"):
        open_index(bank, encoder, tmp_path, chroma_url=url)


def test_a_password_in_an_address_is_refused_and_not_shown(
    bank: Bank, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="write http://HOST:PORT") as caught:
        open_index(bank, encoder, tmp_path, chroma_url="http://me:hush@localhost:8000")
    assert "hush" not in str(caught.value)
