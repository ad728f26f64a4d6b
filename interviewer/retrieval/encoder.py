"""Turn texts into vectors of unit length, so that their dot product is their likeness."""

import hashlib
import importlib
import importlib.metadata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer import onnx
from interviewer.errors import UsageError

MAX_TOKENS = 256
"""What the model was trained to read; the rest of a longer text is not seen."""


class Encoder(Protocol):
    """What the rest of the program knows of an embedding model."""

    @property
    def name(self) -> str:
        """Identifies the weights: equal names give equal vectors."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), each of unit length; no text gives (0, dimensions)."""


class OnnxEncoder:
    """The encoder that ships with the program (`models/encoder`), run without torch.

    Every text is a run of its own: on a CPU that is a fifth faster than batches ordered by
    length, and a vector cannot depend on its neighbours, on padding or on the number of
    threads, of which each takes a text at a time. Files are opened at the first use;
    `ModelFilesError` says what is wrong with them. One encoder may serve several threads.
    """

    dimensions = 384

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads

    @property
    def name(self) -> str:
        """The model's name and the beginning of its SHA-256; opens no model."""
        return f"all-MiniLM-L6-v2-int8-{self._sums['model.onnx'][:12]}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, 384), each of unit length; reads the first 256 tokens of each."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        first = self._vector(texts[0])  # opens the files, once and in this thread
        with ThreadPoolExecutor(self._threads) as pool:
            return np.vstack([first, *pool.map(self._vector, texts[1:])])

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        return np.asarray(self._session.run(["embedding"], {"input_ids": ids})[0])

    @cached_property
    def _sums(self) -> dict[str, str]:
        """File name to SHA-256, as the export wrote them."""
        path = self._folder / "SHA256SUMS"
        lines = onnx.read(path).decode("utf-8", "replace").splitlines()
        sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        if not {"model.onnx", "tokenizer.json"} <= sums.keys():
            raise onnx.damaged(path)
        return sums

    @cached_property
    def _tokenizer(self) -> Any:
        return onnx.tokenizer(*self._verified("tokenizer.json"), MAX_TOKENS)

    @cached_property
    def _session(self) -> Any:
        return onnx.session(*self._verified("model.onnx"))

    def _verified(self, name: str) -> tuple[Path, bytes]:
        path = self._folder / name
        content = onnx.read(path)
        if hashlib.sha256(content).hexdigest() != self._sums[name]:
            raise onnx.damaged(path)
        return path, content


class SentenceTransformerEncoder:
    """Any sentence-transformers model by name or folder, through the extra of that name.

    Raises `UsageError` where the extra is not installed or the model cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        self._model_name = model

    @property
    def name(self) -> str:
        """The model's name and the library's version, for a folder a hash of its weights, too.

        The hub keeps the weights of a name; a folder may be trained again in place.
        """
        try:
            version = importlib.metadata.version("sentence-transformers")
        except importlib.metadata.PackageNotFoundError:
            raise UsageError(_NO_EXTRA.format(model=self._model_name)) from None
        return f"{self._model_name}-sentence-transformers-{version}{self._weights}"

    @cached_property
    def _weights(self) -> str:
        """The beginning of a SHA-256 over a folder's files; nothing for a name on the hub."""
        folder = Path(self._model_name)
        if not folder.is_dir():
            return ""
        digest = hashlib.sha256()
        try:
            for path in sorted(p for p in folder.rglob("*") if p.suffix in _WEIGHTS):
                with path.open("rb") as file:
                    content = hashlib.file_digest(file, "sha256").hexdigest()
                digest.update(f"{content}  {path.relative_to(folder)}\n".encode())
        except OSError as error:
            raise self._not_loaded(error) from error
        return f"-{digest.hexdigest()[:12]}"

    @property
    def dimensions(self) -> int:
        """The length of a vector; loads the model."""
        return int(self._model.encode(["x"]).shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), each of unit length."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors: NDArray[np.float32] = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return vectors.astype(np.float32, copy=False)

    @cached_property
    def _model(self) -> Any:
        try:
            library = importlib.import_module("sentence_transformers")
        except ImportError:
            raise UsageError(_NO_EXTRA.format(model=self._model_name)) from None
        try:
            return library.SentenceTransformer(self._model_name)
        except (OSError, ValueError) as error:
            raise self._not_loaded(error) from error

    def _not_loaded(self, error: Exception) -> UsageError:
        return UsageError(
            f"the embedding model {self._model_name!r} cannot be loaded: check its name "
            f"and the network ({error})"
        )


_WEIGHTS = (".safetensors", ".bin", ".json")
_NO_EXTRA = (
    "the embedding model {model!r} needs an extra: pip install 'interviewer[sentence-transformers]'"
)
