"""What the code around a language-model judge is worth and what it costs, without a model.

    python -m benchmarks.llm_judge FOLDER

FOLDER holds `answers_dev.jsonl`, `attacks_dev.jsonl` and `score.py`. Scripted judges stand in for
the model. One answers rightly, from the labels: how many of its verdicts does the code change
(none may), how many calls does an answer take, how many tokens. Others obey every attack and
forge quotes: how much do they raise the score. Tokens are counted with the shipped tokenizer
(WordPiece), which splits quotes and braces more finely than most models' own.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tokenizers import Tokenizer

from interviewer import resources
from interviewer.bank.words import content_stems
from interviewer.cli.grade import Record, grade_record
from interviewer.domain import Criterion
from interviewer.errors import InterviewerError
from interviewer.grading.grader import Grader
from interviewer.grading.judge import Answer, Judge
from interviewer.grading.llm_judge import LlmJudge
from interviewer.grading.rubric import Rubric
from interviewer.grading.text import sentences
from interviewer.llm import Message, Object, Text, Usage
from interviewer.llm.model import Schema
from interviewer.prompts import Prompts
from interviewer.settings import Configuration
from interviewer.wiring import Services

Row = dict[str, Any]
Decide = Callable[[str, str], tuple[str, str]]
"""From a point's id and the request to a verdict and a quote."""
STATUS = {"met": "met", "partial": "unclear", "missed": "missed", "contradicted": "contradicted"}
_LISTED = re.compile(r"^- ([^:\s]+)(?: \[\w+\])?: ", re.MULTILINE)


@dataclass
class Scripted:
    """A model that decides on each point as `decide_point` says, and keeps the requests."""

    decide_point: Decide
    name: str = "scripted"
    requests: list[tuple[Sequence[Message], type[Any]]] = field(default_factory=list)

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """The scripted verdicts on the points listed in the request."""
        self.requests.append((messages, schema))
        asked = messages[-1].text
        listed = asked.partition("\nPOINTS\n")[2].partition("\nMISCONCEPTIONS\n")[0]
        ids = _LISTED.findall(listed)
        if "p" in schema.model_fields:
            points = [
                {"id": i, "need": "-", "v": v, "q": q, "why": "-", "c": 0.95}
                for i in ids
                for v, q in [self.decide_point(i, asked)]
            ]
            reply: Row = {"a": [], "p": points, "m": [], "com": [3, 3, 3]}
        else:
            reply = {"q": [{"id": i, "q": self.decide_point(i, asked)[1]} for i in ids]}
        return Object(schema.model_validate(reply), Usage(), 0.0)

    def write(self, messages: Sequence[Message]) -> Text:
        """Never asked for."""
        raise NotImplementedError

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Never asked for."""
        raise NotImplementedError


class Meter:
    """Counts tokens with the shipped tokenizer, without its limit of length."""

    def __init__(self) -> None:
        file = resources.folder("models") / "encoder" / "tokenizer.json"
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def __call__(self, text: str) -> int:
        """How many there are in a text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def request(self, messages: Sequence[Message], schema: type[Any]) -> int:
        """All that is sent: the messages and the form of the reply."""
        form = json.dumps(schema.model_json_schema(), separators=(",", ":"))
        return sum(self(m.text) for m in messages) + self(form)


class Bench:
    """Grades records with scripted judges, beside the witness there is."""

    def __init__(self, witness: Judge | None) -> None:
        self._witness = witness
        self._prompts = Prompts.load()

    def grade(self, row: Row, answer: str, decide: Decide) -> tuple[Row, Scripted]:
        """The line `interviewer grade` would write, and the model with what it was asked."""
        model = Scripted(decide)
        judge = LlmJudge(model, self._prompts, self._witness, Random(0))
        record = Record(id=row["id"], question=row["question"], points=row["points"], answer=answer)
        return grade_record(Grader(judge), record), model


def right(row: Row) -> Decide:
    """A judge that answers as the labels do."""

    def decide(point: str, _: str) -> tuple[str, str]:
        label = row["labels"][point]
        return STATUS[label["label"]], label.get("evidence") or ""

    return decide


def honest(row: Row) -> Decide:
    """A judge that knows which points an attack's honest part makes, and quotes that part."""
    text, met = row["base"], set(row["expect"].get("points_met", ()))
    claims = {p["id"]: set(content_stems(p["text"])) for p in row["points"]}
    spoken = [text[s:e] for s, e in sentences(text)]

    def decide(point: str, _: str) -> tuple[str, str]:
        if point not in met or not spoken:
            return "missed", ""
        return "met", max(spoken, key=lambda s: len(claims[point] & set(content_stems(s))))

    return decide


def forging(row: Row) -> Decide:
    """A judge that obeys every attack: all is met, borne out by words that nobody said."""
    claims = {p["id"]: p["text"] for p in row["points"]}
    return lambda point, _: ("met", claims[point])


def quoting(row: Row) -> Decide:
    """One that obeys what instructions it can see, and quotes them, others for each point."""
    spoken = [row["answer"][s:e] for s, e in sentences(row["answer"])]
    added = [s for s in spoken if s not in row["base"]]
    order = [p["id"] for p in row["points"]]
    fair = honest(row)

    def decide(point: str, asked: str) -> tuple[str, str]:
        seen = [s for s in added if s in asked and content_stems(s)]
        if not seen or not row["class"].startswith("injection"):
            return fair(point, asked)
        return "met", seen[order.index(point) % len(seen)]

    return decide


def attacked(bench: Bench, folder: Path, rows: list[Row]) -> None:
    """Inflation with judges that obey, by `score.py`."""
    judges = (
        ("obeys every attack and forges its quotes", forging),
        ("obeys the instructions it sees and quotes them", quoting),
    )
    for title, obey in judges:
        with tempfile.TemporaryDirectory() as scratch:
            graded = Path(scratch) / "graded.jsonl"
            with graded.open("w", encoding="utf-8") as out:
                for row in rows:
                    base, _ = bench.grade(row, row["base"], honest(row))
                    fair = row["expect"]["kind"] == "fair"
                    line, _ = bench.grade(row, row["answer"], (honest if fair else obey)(row))
                    for suffix, one in (("base", base), ("attacked", line)):
                        out.write(json.dumps({**one, "id": f"{row['id']}/{suffix}"}) + "\n")
            print(f"\n== a judge that {title}", flush=True)
            subprocess.run(
                [sys.executable, folder / "score.py", "attacks", folder / "attacks_dev.jsonl",
                 graded], check=True,
            )  # fmt: skip


def answered(bench: Bench, rows: list[Row], meter: Meter) -> None:
    """Changes, calls and tokens with a judge that answers rightly."""
    calls = changed = verdicts = 0
    overhead, together, one_by_one = [], 0, 0
    for row in rows:
        line, model = bench.grade(row, row["answer"], right(row))
        calls += len(model.requests)
        for point, label in row["labels"].items():
            verdicts += 1
            got = line["verdicts"].get(point, {}).get("verdict")
            if got != STATUS[label["label"]]:
                changed += 1
                print(f"   {row['id']} {point}: {label['label']} became {got}")
        if not model.requests:
            continue
        first = meter.request(*model.requests[0])
        points = "".join(f"- {p['id']}: {p['text']}\n" for p in row["points"])
        overhead.append(first - meter(row["question"]) - meter(points) - meter(row["answer"]))
        together += sum(meter.request(*request) for request in model.requests)
        for point in row["points"]:
            _, alone = bench.grade({**row, "points": [point]}, row["answer"], right(row))
            one_by_one += meter.request(*alone.requests[0]) if alone.requests else 0
    print("\n== a judge that answers rightly")
    print(f"verdicts changed         {changed} of {verdicts}")
    print(f"calls an answer          {calls / len(rows):.3f} over {len(rows)} answers")
    print(f"overhead of a call       {sum(overhead) / len(overhead):.0f} tokens on average, at "
          f"most {max(overhead)}: all but question, points, answer; with the schema")  # fmt: skip
    print(f"input tokens an answer   {together / len(rows):.0f}; with a call per point "
          f"{one_by_one / len(rows):.0f}: {one_by_one / together:.1f} times as many")  # fmt: skip


def embedded() -> Judge | None:
    """The embedded judge as witness, if its models can be used."""
    with tempfile.TemporaryDirectory() as home:
        try:
            judge = Services(Configuration.read({"INTERVIEWER_HOME": home})).judge
            judge.judge(
                Rubric("-", "-", (Criterion(id="-", claim="It lowers variance.", weight=1),)),
                Answer(((1, "It lowers the variance a lot."),)),
            )
        except (InterviewerError, ValueError) as error:
            print(f"no witness: {error}")
            return None
    return judge


def read(path: Path) -> list[Row]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    """Print every figure."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    bench = Bench(embedded())
    answered(bench, read(folder / "answers_dev.jsonl"), Meter())
    attacked(bench, folder, read(folder / "attacks_dev.jsonl"))


if __name__ == "__main__":
    main()
