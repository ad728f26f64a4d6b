"""Open the shipped networks without torch; whatever is wrong with a file is a `ModelFilesError`.

A session computes in one thread and a tokenizer does not pad, so that what a text gives depends
neither on its neighbours nor on the number of threads: callers run a text at a time in each.
"""

from pathlib import Path
from typing import Any

from interviewer.errors import ModelFilesError

AGAIN = "install the package again"


def read(path: Path) -> bytes:
    """The bytes of a shipped file. Raises `ModelFilesError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFilesError(f"{path} cannot be read ({error.strerror}): {AGAIN}") from error


def damaged(path: Path) -> ModelFilesError:
    """What to raise of a file that is there but is not what it should be."""
    return ModelFilesError(f"{path} is damaged: {AGAIN}")


def session(path: Path, content: bytes) -> Any:
    """An onnxruntime session of the network in `content`, read from `path`.

    Raises `ModelFilesError`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no public base
        raise damaged(path) from error


def tokenizer(path: Path, content: bytes, max_tokens: int) -> Any:
    """The tokenizer in `content`, read from `path`; it cuts a longer text.

    Raises `ModelFilesError`.
    """
    from tokenizers import Tokenizer

    try:
        found = Tokenizer.from_buffer(content)
    except Exception as error:  # the library raises bare exceptions
        raise damaged(path) from error
    found.no_padding()
    found.enable_truncation(max_tokens)
    return found
