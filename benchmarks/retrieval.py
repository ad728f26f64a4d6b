"""Does the index find the right things? `python -m benchmarks.retrieval`

Two figures over the shipped bank: for each question's text, the share of its own points (main and
follow-up, of at most ten) among the ten points found; for the topics of `topics.tsv`, typed as a
user would, how often a right question is among the first three.
"""

import csv
import tempfile
import time
from pathlib import Path

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.retrieval import OnnxEncoder, find_questions, open_index

TOPICS = Path(__file__).with_name("topics.tsv")


def main() -> None:
    """Build the index in a temporary folder, ask it, print."""
    begin = time.perf_counter()
    bank = load_bank([resources.folder("knowledge")])
    print(f"bank read in {time.perf_counter() - begin:.2f} s, {len(bank)} questions")
    encoder = OnnxEncoder(resources.folder("models") / "encoder", threads=2)
    with tempfile.TemporaryDirectory() as home:
        begin = time.perf_counter()
        index = open_index(bank, encoder, Path(home))
        print(f"index built in {time.perf_counter() - begin:.1f} s, {index.count()} texts")
        shares = []
        for question in bank:
            own = len(question.points) + sum(len(f.points) for f in question.follow_ups)
            hits = index.search(question.question, 10, parts=("point",))
            found = sum(hit.question_id == question.id for hit in hits)
            shares.append(found / min(10, own))
        print(f"own points, recall@10: {sum(shares) / len(shares):.3f}")
        with TOPICS.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle, delimiter="\t"))
        right = 0
        for row in rows:
            found_ids = find_questions(index, row["topic"], 3)
            good = bool(set(found_ids) & set(row["right"].split()))
            right += good
            if not good:
                print(f"  missed: {row['topic']!r} found {', '.join(found_ids) or 'nothing'}")
        print(f"topics with a right question in the first three: {right} of {len(rows)}")
        index.close()


if __name__ == "__main__":
    main()
