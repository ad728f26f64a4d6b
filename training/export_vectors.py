"""Make `models/encoder/known.npz`: the vectors of the shipped bank, so that indexing is quick.

Run `python -m training.export_vectors` after the bank or the encoder has changed. Texts that are
not in the file are encoded when the index is built, so a forgotten run costs time and no more.
"""

import sys
import time
from pathlib import Path

from interviewer.bank import load_bank
from interviewer.retrieval import OnnxEncoder, texts_of
from interviewer.retrieval.known import write_known

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Encode every text of the shipped bank."""
    began = time.time()
    texts = texts_of(load_bank([ROOT / "knowledge"]))
    folder = ROOT / "models" / "encoder"
    write_known(OnnxEncoder(folder, threads=2), texts, folder / "known.npz")
    sys.stdout.write(f"{len(texts)} texts in {time.time() - began:.0f} s\n")


if __name__ == "__main__":
    main()
