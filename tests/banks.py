"""Small banks cut from the shipped one, so that a test's index is built in a second."""

from collections.abc import Iterable
from pathlib import Path

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
ONE_OF_EACH = (
    "deep-learning/dropout",
    "algorithms/random-forest",
    "fundamentals/overfitting",
    "statistics/p-values",
    "coding/code-knn",
    "behavioural/missed-deadline",
    "system-design/design-fraud-detection",
    "mlops/model-drift",
)


def home_with_bank(home: Path, names: Iterable[str]) -> Path:
    """A home folder whose settings name a bank of only these questions."""
    for name in names:
        target = home / "bank" / f"{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((KNOWLEDGE / f"{name}.yaml").read_bytes())
    bank = str(home / "bank")
    (home / "settings.toml").write_text(f"INTERVIEWER_BANK = {bank!r}\n", encoding="utf-8")
    return home
