"""How fast the encoder and the index are: `python benchmarks/encoder.py`."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from interviewer.bank import load_bank
from interviewer.retrieval import OnnxEncoder, open_index

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print sentences a second, the index's build and open times, and a search's time."""
    bank = load_bank([ROOT / "knowledge"])
    claims = [point.claim for question in bank for point in question.points][:300]

    for threads in (1, 2):
        encoder = OnnxEncoder(ROOT / "models" / "encoder", threads)
        started = time.perf_counter()
        encoder.encode(claims[:1])
        loading = time.perf_counter() - started
        started = time.perf_counter()
        encoder.encode(claims)
        rate = len(claims) / (time.perf_counter() - started)
        print(f"encoder, {threads} thread(s): ready in {loading:.2f} s, {rate:.0f} claims/s")

    total = 0

    def count(_: int, documents: int) -> None:
        nonlocal total
        total = documents

    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        open_index(bank, encoder, Path(home), progress=count).close()
        building = time.perf_counter() - started
        print(f"index: {len(bank)} questions, {total} texts, built in {building:.1f} s")
        started = time.perf_counter()
        with open_index(bank, encoder, Path(home)) as index:
            print(f"index: opened again in {time.perf_counter() - started:.2f} s")
            started = time.perf_counter()
            index.search_many(claims[:100])
            print(f"search: {(time.perf_counter() - started) * 10:.1f} ms, encoding included")
    # Kilobytes on Linux, bytes on macOS.
    scale = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    print(f"memory: {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
