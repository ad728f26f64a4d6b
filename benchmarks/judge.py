"""How fast the embedded judge is, and what it needs: `python -m benchmarks.judge`.

With `--cross-encoder FOLDER` (a BERT model for sentence-transformers, which must be installed) the
same pairs are read by a plain loop over its CrossEncoder in the same run, and the ratio printed.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.domain import Question
from interviewer.grading.embedded import EmbeddedJudge, EntailmentModel
from interviewer.grading.embedded.entailment import MAX_TOKENS, Probabilities
from interviewer.grading.judge import Answer, Judge
from interviewer.grading.rubric import Rubric
from interviewer.retrieval import OnnxEncoder
from interviewer.settings import Configuration
from interviewer.wiring import Services

ROOT = Path(__file__).resolve().parent.parent
WORDS = 200
POINTS = 6


def main() -> None:
    """Print loading, the time of an answer, answers a second, memory, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=60, help="how many to judge")
    parser.add_argument("--cross-encoder", type=Path, help="a BERT model's folder")
    options = parser.parse_args()
    cases = answers()
    started = time.perf_counter()
    judge = Services(Configuration.read()).judge
    judge.judge(*cases[0])
    print(f"loading and a first answer: {time.perf_counter() - started:.2f} s")
    times = []
    for rubric, answer in (cases * (options.answers // len(cases) + 1))[: options.answers]:
        started = time.perf_counter()
        judge.judge(rubric, answer)
        times.append(time.perf_counter() - started)
    print(
        f"{WORDS} words against {POINTS} points: median {1000 * statistics.median(times):.0f} ms, "
        f"{len(times) / sum(times):.1f} answers a second"
    )
    # Kilobytes on Linux, bytes on macOS.
    scale = 1e6 if sys.platform == "darwin" else 1e3
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale:.0f} MB at most")
    if options.cross_encoder:
        compare(judge, cases[:5], options.cross_encoder)


def answers() -> list[tuple[Rubric, Answer]]:
    """Rubrics of six points with answers of 200 words, from the bank's model answers."""
    bank = load_bank([ROOT / "knowledge"])
    fitting = [q for q in bank if len(q.points) == POINTS][:10]
    return [(_rubric(q), Answer(((1, _words(q, fitting)),), ((0, q.question),))) for q in fitting]


def _rubric(question: Question) -> Rubric:
    return Rubric(question.id, question.question, question.points)


def _words(question: Question, others: list[Question]) -> str:
    text = " ".join([question.model_answer, *(q.model_answer for q in others)])
    return " ".join(text.split()[:WORDS])


class Listening(EntailmentModel):
    """The entailment model, remembering what it was asked."""

    def __init__(self, folder: Path, tokenizer: Path) -> None:
        super().__init__(folder, tokenizer)
        self.asked: list[tuple[str, str]] = []

    def read(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """As the model does."""
        self.asked += pairs
        return super().read(pairs)


def compare(judge: Judge, cases: list[tuple[Rubric, Answer]], folder: Path) -> None:
    """Read what the judge reads, pair by pair, with a CrossEncoder; print the ratio of times."""
    from sentence_transformers import CrossEncoder

    plain = CrossEncoder(str(folder), num_labels=3, max_length=MAX_TOKENS)
    models = resources.folder("models")
    entailment = Listening(models / "entailment", models / "encoder" / "tokenizer.json")
    listener = EmbeddedJudge(
        OnnxEncoder(models / "encoder"), entailment, models / "entailment" / "verdict.json"
    )
    for rubric, answer in cases:
        listener.judge(rubric, answer)
    pairs = entailment.asked
    plain.predict([pairs[0]])
    started = time.perf_counter()
    for pair in pairs:
        plain.predict([pair], show_progress_bar=False)
    loop = time.perf_counter() - started
    started = time.perf_counter()
    for rubric, answer in cases:
        judge.judge(rubric, answer)
    ours = time.perf_counter() - started
    print(
        f"{len(pairs)} pairs of {len(cases)} answers: CrossEncoder in a loop {loop:.2f} s, the "
        f"judge, passages and verdicts included, {ours:.2f} s: {loop / ours:.1f} times faster"
    )


if __name__ == "__main__":
    main()
