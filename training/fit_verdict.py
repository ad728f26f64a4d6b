"""Calibrate the last stage: `python -m training.fit_verdict LABELLED.jsonl ...`.

Each file holds labelled answers as `training.answers` reads them. Runs where training/README.md
says. What is printed is measured by cross-validation over questions: each answer is judged by a
calibration that has seen no answer to its question.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from interviewer import resources
from interviewer.domain import Criterion
from interviewer.grading.embedded import EmbeddedJudge, EntailmentModel, features
from interviewer.grading.embedded.classifier import CLASSES
from interviewer.grading.embedded.passages import cut
from interviewer.grading.judge import Answer
from interviewer.grading.rubric import Rubric
from interviewer.retrieval import OnnxEncoder
from training import answers
from training.answers import Labelled

KINDS, EM_STEPS = 3, 300
CLASS_OF = {"met": "met", "partial": "met", "missed": "missed", "contradicted": "contradicted"}


def kinds(labelled: Sequence[Labelled]) -> dict[str, list[float] | float]:
    """Of `KINDS` kinds of answers: how frequent each is and how much of what it says is wrong.

    A mixture of binomials over the points that each answer speaks of, by expectation maximisation
    from nearly all right, half and nearly all wrong.
    """
    labels = [[CLASS_OF[p.label] for p in a.points] for a in labelled]
    made = np.array([[said.count("met"), said.count("contradicted")] for said in labels])
    made = made[made.sum(axis=1) > 0]
    share = np.full(KINDS, 1 / KINDS)
    wrong = np.linspace(0.02, 0.98, KINDS)
    for _ in range(EM_STEPS):
        belief = np.log(share) + made @ np.log([1 - wrong, wrong])
        belief = np.exp(belief - belief.max(axis=1, keepdims=True))
        belief /= belief.sum(axis=1, keepdims=True)
        share = belief.mean(axis=0)
        counts = belief.T @ made + 0.5  # nothing is quite impossible
        wrong = counts[:, 1] / counts.sum(axis=1)
    return {
        "share": share.round(5).tolist(),
        "wrong": wrong.round(5).tolist(),
        "denied": round(float(made[:, 1].sum() / made.sum()), 5),
    }


def observe(
    labelled: Sequence[Labelled], folder: Path
) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """(n, f) features of every labelled point, its class, its question."""
    models = resources.folder("models")
    judge = EmbeddedJudge(
        OnnxEncoder(models / "encoder", 2),
        EntailmentModel(folder, models / "encoder" / "tokenizer.json"),
        folder / "verdict.json",
    )
    tables, classes, groups = [], [], []
    for given in labelled:
        rubric = Rubric(
            given.id,
            given.question,
            tuple(Criterion(id=p.id, claim=p.claim, weight=p.weight) for p in given.points),
        )
        answer = Answer(((1, given.answer),))
        pieces = cut(answer.said)
        if not pieces.passages:
            continue
        tables.append(judge.observe(rubric, answer, pieces).table)
        classes += [CLASS_OF[p.label] for p in given.points]
        groups += [given.question_id] * len(given.points)
    return np.concatenate(tables), classes, groups


def main() -> None:
    """Fit, report, write verdict.json beside the entailment model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labelled", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, help="folder of the entailment model")
    parser.add_argument("--strength", type=float, default=0.2, help="inverse of the penalty")
    options = parser.parse_args()
    folder = options.model or resources.folder("models") / "entailment"
    labelled = list(answers.read(options.labelled))
    x, classes, groups = observe(labelled, folder)
    y = np.array([CLASSES.index(c) for c in classes])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=options.strength, max_iter=5000))
    folds = GroupKFold(min(12, len(set(groups))))
    odds = cross_val_predict(model, x, y, groups=groups, cv=folds, method="predict_proba")
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
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    content = {
        "features": list(features.NAMES),
        "weights": regression.coef_.round(5).tolist(),
        "bias": regression.intercept_.round(5).tolist(),
        "mean": scaler.mean_.round(5).tolist(),
        "scale": scaler.scale_.round(5).tolist(),
        "kinds": kinds(labelled),
    }
    (folder / "verdict.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
