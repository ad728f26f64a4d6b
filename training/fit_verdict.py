"""Calibrate the last stage: `python -m training.fit_verdict LABELLED.jsonl ...`.

Each file holds labelled answers as `training.answers` reads them. Runs where training/README.md
says. What is printed is measured by cross-validation over questions: each answer is judged by a
calibration that has seen no answer to its question.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.bank.words import content_stems
from interviewer.domain import Criterion
from interviewer.grading.embedded import EmbeddedJudge, EntailmentModel, features
from interviewer.grading.embedded.classifier import CLASSES
from interviewer.grading.embedded.passages import cut
from interviewer.grading.judge import Answer
from interviewer.grading.rubric import Rubric
from interviewer.grading.text import sentences
from interviewer.retrieval import OnnxEncoder
from training import answers
from training.answers import Labelled, Point

WHOLE, HALF = "model answer", "half a model answer"
WEIGHT = {WHOLE: 0.05, HALF: 0.3}
"""Of a point of such an answer; every other counts 1. Without them the textbook's own terms look
like a trap; with halves alone, or at full weight, whatever sounds like the bank looks right."""
CLASS_OF = {"met": "met", "partial": "met", "missed": "missed", "contradicted": "contradicted"}


def model_answers(questions: set[str]) -> Iterator[Labelled]:
    """The bank's own answers to the questions, and the first half of each.

    The whole makes every point; a half makes those whose words stand in it.
    """
    for question in load_bank([resources.folder("knowledge")]):
        if question.id not in questions:
            continue
        text = question.model_answer
        spans = sentences(text)
        half = len(spans) // 2
        said = [set(content_stems(text[start:end])) for start, end in spans]
        whole, begun = [], []
        for p in question.points:
            claim = set(content_stems(p.claim))
            likeliest = max(range(len(said)), key=lambda i: len(claim & said[i]))
            whole.append(Point(p.id, p.claim, p.weight, "met", ""))
            label = "met" if likeliest < half else "missed"
            begun.append(Point(p.id, p.claim, p.weight, label, ""))
        asked = (question.id, question.id, question.question)
        yield Labelled(*asked, WHOLE, text, tuple(whole), 10)
        if half:
            yield Labelled(*asked, HALF, text[: spans[half - 1][1]], tuple(begun), 5)


def observe(
    labelled: Sequence[Labelled], folder: Path
) -> tuple[NDArray[np.float64], list[str], list[str], list[float]]:
    """(n, f) features of every labelled point, its class, its question, its weight."""
    models = resources.folder("models")
    judge = EmbeddedJudge(
        OnnxEncoder(models / "encoder", 2),
        EntailmentModel(folder, models / "encoder" / "tokenizer.json"),
        folder / "verdict.json",
    )
    tables, classes, groups, weights = [], [], [], []
    for given in labelled:
        rubric = Rubric(
            given.id,
            given.question,
            tuple(Criterion(id=p.id, claim=p.claim, weight=p.weight) for p in given.points),
        )
        answer = Answer(((1, given.answer),), (given.question,))
        pieces = cut(answer.said)
        if not pieces.passages:
            continue
        tables.append(judge.observe(rubric, answer, pieces).table)
        classes += [CLASS_OF[p.label] for p in given.points]
        groups += [given.question_id] * len(given.points)
        weights += [WEIGHT.get(given.style, 1.0)] * len(given.points)
    return np.concatenate(tables), classes, groups, weights


def main() -> None:
    """Fit, report, write verdict.json beside the entailment model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labelled", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, help="folder of the entailment model")
    parser.add_argument("--strength", type=float, default=0.2, help="inverse of the penalty")
    options = parser.parse_args()
    folder = options.model or resources.folder("models") / "entailment"
    labelled = list(answers.read(options.labelled))
    bank = model_answers({a.question_id for a in labelled})
    x, classes, groups, weight = observe([*labelled, *bank], folder)
    y = np.array([CLASSES.index(c) for c in classes])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=options.strength, max_iter=5000))
    folds = GroupKFold(min(12, len(set(groups))))
    odds = cross_val_predict(
        model,
        x,
        y,
        groups=groups,
        cv=folds,
        method="predict_proba",
        params={"logisticregression__sample_weight": weight},
    )
    said = odds.argmax(1)
    print(f"{len(y)} points of {len(set(groups))} questions, cross-validated:")
    print(f"macro-F1 {f1_score(y, said, average='macro'):.3f}")
    print(f"kappa {cohen_kappa_score(y, said):.3f}")
    print(
        "F1",
        {c: round(f, 3) for c, f in zip(CLASSES, f1_score(y, said, average=None), strict=True)},
    )
    print("confidence → share right:")
    sure = odds.max(1)
    for low in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        here = (sure >= low) & (sure < low + (0.2 if low == 0.3 else 0.1))
        if here.any():
            print(f"  {low:.1f}: {np.mean(said[here] == y[here]):.2f} (n = {here.sum()})")
    model.fit(x, y, logisticregression__sample_weight=weight)
    scaler, regression = model[0], model[1]
    content = {
        "features": list(features.NAMES),
        "weights": regression.coef_.round(5).tolist(),
        "bias": regression.intercept_.round(5).tolist(),
        "mean": scaler.mean_.round(5).tolist(),
        "scale": scaler.scale_.round(5).tolist(),
    }
    (folder / "verdict.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
