"""Fit the embedded judge's classifier on composed answers: `python -m training.fit_judge`.

Needs the dependency group `training`. Split by question: what is reported is measured on
questions the classifier has not seen.
"""

import argparse
import json
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.grading.embedded import EmbeddedJudge, features
from interviewer.grading.embedded.classifier import CLASSES
from interviewer.grading.embedded.passages import cut
from interviewer.grading.judge import Answer
from interviewer.grading.rubric import Rubric
from interviewer.retrieval import OnnxEncoder
from training.composed import Composed, beside, compose, read

CLASS_OF = {"entails": "met", "contradicts": "contradicted", "neither": "missed"}


def rows_of(judge: EmbeddedJudge, answer: Composed) -> tuple[NDArray[np.float64], list[str]]:
    """The features of every (point, passage) looked at, and the class of each."""
    rubric = Rubric.of(answer.question)
    said = Answer(((1, answer.text),), (answer.question.question,))
    passages = cut(said.said).passages
    if not passages:
        return np.zeros((0, len(features.NAMES))), []
    points = list(rubric.points)
    table, looked_at = judge.features(rubric, said, points, passages)
    classes = []
    for point, indices in zip(points, looked_at, strict=True):
        source = answer.source.get(point.id, "")
        for i in indices:
            text = passages[i].text
            inside = bool(source) and (text in source or source in text)
            label = CLASS_OF[answer.labels[point.id]] if inside else "missed"
            classes.append(label)
    return table, classes


def main() -> None:
    """Fit, report, write models/judge/judge.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=12, help="answers composed a question")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    here = Path(__file__).parent
    bank = {q.id: q for q in load_bank([resources.folder("knowledge")])}
    written = read(here / "passages", bank)
    models = resources.folder("models")
    judge = EmbeddedJudge(OnnxEncoder(models / "encoder"), models / "judge" / "judge.json")
    random = Random(options.seed)
    tables, classes, groups = [], [], []
    for question_id in sorted({w.question for w in written}):
        question = bank[question_id]
        own = [w for w in written if w.question == question_id]
        others = [w for w in written if w.question != question_id]
        for answer in (
            *compose(question, own, random, options.answers),
            *beside(question, others, random, options.answers),
        ):
            table, labels = rows_of(judge, answer)
            tables.append(table)
            classes += labels
            groups += [question_id] * len(labels)
    x, y = np.concatenate(tables), np.array([CLASSES.index(c) for c in classes])
    model = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=0.5, max_iter=2000, class_weight="balanced"),
    )
    guessed = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(5))
    print(f"{len(y)} rows of {len(set(groups))} questions")
    print("held-out macro-F1 of passages:", round(f1_score(y, guessed, average="macro"), 3))
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    target = models / "judge" / "judge.json"
    target.parent.mkdir(exist_ok=True)
    content = {
        "features": list(features.NAMES),
        "weights": regression.coef_.round(5).tolist(),
        "bias": regression.intercept_.round(5).tolist(),
        "mean": scaler.mean_.round(5).tolist(),
        "scale": scaler.scale_.round(5).tolist(),
    }
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
