"""How well the grader agrees with people, and how fast it is.

    python -m benchmarks.grader FOLDER

FOLDER holds labelled answers: `answers_dev.jsonl`, `attacks_dev.jsonl`, `exam_dev.jsonl` and
`score.py`, which defines every figure. Grades go into a temporary folder.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Grade each file with `interviewer grade`, print what `score.py` says."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    score = folder / "score.py"
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        pairs = work / "pairs.jsonl"
        attacks = folder / "attacks_dev.jsonl"
        with pairs.open("w", encoding="utf-8") as out:
            subprocess.run(
                [sys.executable, score, "attacks-input", attacks], stdout=out, check=True
            )
        inputs = {"answers": folder / "answers_dev.jsonl", "attacks": pairs,
                  "exam": folder / "exam_dev.jsonl"}  # fmt: skip
        for what, source in inputs.items():
            graded = work / f"{what}.jsonl"
            gold = attacks if what == "attacks" else source
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "interviewer", "grade", source, "--output", graded,
                 "--judge", "embedded"],
                env={**os.environ, "INTERVIEWER_HOME": scratch},
                check=True,
            )  # fmt: skip
            seconds = time.perf_counter() - begin
            with graded.open(encoding="utf-8") as lines:
                count = sum(1 for _ in lines)
            print(f"\n== {what}: {count} answers, {count / seconds:.1f} a second", flush=True)
            subprocess.run([sys.executable, score, what, gold, graded], check=True)


if __name__ == "__main__":
    main()
