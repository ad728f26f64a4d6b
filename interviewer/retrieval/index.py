"""The reference index: what a bank asks and knows, found by meaning.

It lives in Chroma, in a folder that one process owns or on a server that many share. What is
in a collection follows from the bank and the encoder, whose hash is its name: a collection is
therefore never changed, only completed, and one that was being built when the process died is
completed by the next.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from interviewer.bank import Bank
from interviewer.domain import Kind, Point, Question
from interviewer.retrieval.chroma import close, errors_as_unavailable, open_folder, open_server
from interviewer.retrieval.encoder import Encoder
from interviewer.retrieval.ownership import own

Vector = NDArray[np.float32]
Part = Literal["question", "point", "misconception"]
PARTS: tuple[Part, ...] = get_args(Part)

_PREFIX = "interviewer-"
_LAYOUT = "2"
"""Changes when what is stored of a bank changes, so that older collections are not reused."""
_ROOM = 3
"""How many times as many are fetched as are wanted: a question's phrases count once."""
_CONTEXT = 0.6
"""How much of its question's vector is added to a part's before scaling to unit length: a claim
says little of what it was asked for. Over 356 questions, the share of a question's points and
follow-up points among the ten parts nearest to its text rises from 0.27 to 0.95 (at 1 to 0.998, but
then a part is hardly told from its neighbours)."""
_BATCH = 64
"""Texts encoded and written at a time (Chroma takes at most 5,461): a step of the progress bar."""
# Wide enough for a search over a bank's few thousand vectors to be exact in practice.
_CONFIGURATION: Any = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
}


@dataclass(frozen=True)
class Hit:
    """A text of the bank that is like the one searched for.

    `part_id` is the id of the point or misconception, None for the question itself, which is
    found by its text and by its phrases; `score` is the cosine, in [-1, 1].
    """

    question_id: str
    part: Part
    part_id: str | None
    text: str
    score: float


@dataclass(frozen=True)
class _Document:
    question: Question
    part: Part
    part_id: str | None
    text: str
    phrase: str | None = None

    @property
    def id(self) -> str:
        return f"{self.question.id}/{self.part}/{self.part_id or self.phrase or ''}"

    @property
    def metadata(self) -> dict[str, str]:
        return {
            "question_id": self.question.id,
            "part": self.part,
            "part_id": self.part_id or "",
            "kind": self.question.kind.value,
        }


class ReferenceIndex:
    """An open index: search it, then `close()` it or leave its `with` block."""

    def __init__(self, collection: Any, encoder: Encoder, place: str, resources: ExitStack) -> None:
        self._collection = collection
        self._encoder = encoder
        self._place = place
        self._resources = resources

    @property
    def place(self) -> str:
        """Where it is: `in FOLDER` or `at URL`."""
        return self._place

    def count(self) -> int:
        """How many texts it holds."""
        return int(self._collection.count())

    def search(
        self,
        text: str,
        limit: int = 10,
        *,
        parts: Sequence[Part] = PARTS,
        kind: Kind | None = None,
        exclude_question: str | None = None,
    ) -> list[Hit]:
        """The texts most like this one, best first; see `search_many`."""
        return self.search_many(
            [text], limit, parts=parts, kind=kind, exclude_question=exclude_question
        )[0]

    def search_many(
        self,
        texts: Sequence[str],
        limit: int = 10,
        *,
        parts: Sequence[Part] = PARTS,
        kind: Kind | None = None,
        exclude_question: str | None = None,
    ) -> list[list[Hit]]:
        """For each text at most `limit` hits, best first; a blank text has none.

        Only the given parts, only questions of `kind`, none of `exclude_question`. Raises
        `IndexUnavailable` where the index has gone.
        """
        found: list[list[Hit]] = [[] for _ in texts]
        asked = [row for row, text in enumerate(texts) if text.strip()]
        if not asked or not parts or limit < 1:
            return found
        vectors = self._encoder.encode([texts[row] for row in asked])
        with errors_as_unavailable(self._place):
            result = self._collection.query(
                query_embeddings=vectors,
                n_results=_ROOM * limit,
                where=_filter(parts, kind, exclude_question),
                include=["documents", "metadatas", "distances"],
            )
        columns = (result["metadatas"], result["documents"], result["distances"])
        for row, *answer in zip(asked, *columns, strict=True):
            found[row] = _hits(*answer)[:limit]
        return found

    def close(self) -> None:
        """Let go of the folder or the connection; a second call does nothing."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_index(
    bank: Bank,
    encoder: Encoder,
    home: Path | None,
    chroma_url: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReferenceIndex:
    """The index of this bank with this encoder, built where it is absent or incomplete.

    It lies in `home`/index, without a home in a folder that goes when it is closed, or on the
    Chroma server at `chroma_url` (http://HOST:PORT). `progress(done, total)` is called while it is
    being built. Raises `IndexInUse` where another process owns the folder, `IndexUnavailable` where
    it is damaged or the server does not answer, `StoreError` where it cannot be written,
    `UsageError` for an address that is none.
    """
    documents = list(_documents(bank))
    with ExitStack() as resources:
        if chroma_url is None:
            kept = home or Path(resources.enter_context(TemporaryDirectory()))
            folder = kept / "index"
            place = f"in {folder}"
            resources.callback(own(folder).release)
            client = open_folder(folder)
        else:
            place = f"at {chroma_url}"
            client = open_server(chroma_url)
        resources.callback(close, client)
        name = _collection_name(bank, encoder)
        with errors_as_unavailable(place):
            collection = client.get_or_create_collection(
                name, configuration=_CONFIGURATION, embedding_function=None
            )
        _complete(collection, documents, encoder, place, progress)
        if chroma_url is None:
            with errors_as_unavailable(place):
                _drop_others(client, name)
        return ReferenceIndex(collection, encoder, place, resources.pop_all())


def _documents(bank: Bank) -> Iterator[_Document]:
    for question in bank:
        yield _Document(question, "question", None, question.question)
        for phrase in dict.fromkeys(question.phrases):
            yield _Document(question, "question", None, question.question, phrase)
        for point in _points(question):
            yield _Document(question, "point", point.id, point.claim)
        for misconception in question.misconceptions:
            yield _Document(question, "misconception", misconception.id, misconception.claim)


def texts_of(bank: Bank) -> list[str]:
    """Every text of a bank that the index holds."""
    return [d.phrase or d.text for d in _documents(bank)]


def _points(question: Question) -> Iterator[Point]:
    yield from question.points
    for follow_up in question.follow_ups:
        yield from follow_up.points


def _collection_name(bank: Bank, encoder: Encoder) -> str:
    key = "\n".join([_LAYOUT, bank.fingerprint, encoder.name])
    return _PREFIX + hashlib.sha256(key.encode()).hexdigest()[:40]


def _complete(
    collection: Any,
    documents: Sequence[_Document],
    encoder: Encoder,
    place: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Add the documents that are not there; safe beside another process that does the same."""
    with errors_as_unavailable(place):
        if collection.count() == len(documents):
            return
        present = set(collection.get(include=[])["ids"])
    missing = [document for document in documents if document.id not in present]
    done = len(documents) - len(missing)
    asked: dict[str, Vector] = {}
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = _in_context(batch, encoder, asked)
        with errors_as_unavailable(place):
            collection.upsert(
                ids=[document.id for document in batch],
                embeddings=vectors,
                documents=[document.text for document in batch],
                metadatas=[document.metadata for document in batch],
            )
        done += len(batch)
        if progress is not None:
            progress(done, len(documents))


def _in_context(
    batch: Sequence[_Document], encoder: Encoder, asked: dict[str, Vector]
) -> NDArray[np.float32]:
    """(n, d), unit rows: each part's vector leaning towards its question's (kept in `asked`)."""
    new = {d.question.id: d.question.question for d in batch if d.question.id not in asked}
    encoded = encoder.encode([*new.values(), *(d.phrase or d.text for d in batch)])
    asked.update(zip(new, encoded, strict=False))
    vectors = encoded[len(new) :]
    # A phrase is what somebody types and stands for itself.
    lean = np.array([[0.0 if d.phrase else _CONTEXT] for d in batch], dtype=np.float32)
    vectors = vectors + lean * np.stack([asked[d.question.id] for d in batch])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _drop_others(client: Any, name: str) -> None:
    """Remove our collections of earlier banks; on a server they may be somebody's present one."""
    for other in client.list_collections():
        if other.name.startswith(_PREFIX) and other.name != name:
            client.delete_collection(other.name)


def _filter(parts: Sequence[Part], kind: Kind | None, exclude_question: str | None) -> Any:
    """Chroma's form of the filter; it wants `$and` around several conditions and around none."""
    conditions: list[dict[str, Any]] = [{"part": {"$in": list(parts)}}]
    if kind is not None:
        conditions.append({"kind": kind.value})
    if exclude_question is not None:
        conditions.append({"question_id": {"$ne": exclude_question}})
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def _hits(metadatas: Any, documents: Any, distances: Any) -> list[Hit]:
    hits = [
        Hit(
            question_id=metadata["question_id"],
            part=metadata["part"],
            part_id=metadata["part_id"] or None,
            text=text,
            score=min(1.0, max(-1.0, 1.0 - distance)),
        )
        for metadata, text, distance in zip(metadatas, documents, distances, strict=True)
    ]
    # Equal scores in a fixed order, whatever order the index found them in.
    hits.sort(key=lambda hit: (-hit.score, hit.question_id, hit.part, hit.part_id or ""))
    best: dict[tuple[str, str, str | None], Hit] = {}
    for hit in hits:
        best.setdefault((hit.question_id, hit.part, hit.part_id), hit)
    return list(best.values())
