"""What the judge's replies must look like: short keys, and no more than one item lost at a time.

A list's item that cannot be used (an unknown verdict, no id, not an object) is dropped and the
others stay. What the model is told, as a JSON schema, is strict all the same.
"""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

UNSTATED = 0.7
"""The confidence of a verdict whose reply states none."""
MAX_REASON = 300


def _terse(schema: dict[str, Any]) -> None:
    """Every key required, and nothing that only costs tokens."""
    for value in schema["properties"].values():
        value.pop("title", None)
        value.pop("default", None)
    schema["required"] = list(schema["properties"])
    schema.pop("title")
    schema.pop("description", None)


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra=_terse)


_Item = TypeVar("_Item", bound=_Reply)


def _usable(kind: type[_Item]) -> Callable[[object], object]:
    """Keeps the items of a list that are of this kind; an object of objects is a list, too."""

    def keep(value: object) -> object:
        if isinstance(value, dict):
            value = [{"id": i, **item} for i, item in value.items() if isinstance(item, dict)]
        if not isinstance(value, list):
            return value
        kept = []
        for item in value:
            try:
                kept.append(kind.model_validate(item))
            except ValidationError:
                continue
        return kept

    return keep


def _words(value: object) -> object:
    return "" if value is None else value


def _id(value: object) -> object:
    return str(value) if isinstance(value, str | int) else value


def meant(said: str, known: Collection[str]) -> str | None:
    """The known id that a reply's is meant to be, or None: what stands around it may differ."""
    return said if said in known else {_bare(i): i for i in known}.get(_bare(said))


def _bare(claim_id: str) -> str:
    return claim_id.strip(" \t\n.:[]()'\"`")


def _verdict(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _share(value: object) -> float:
    """In [0, 1]; a percentage is taken as one, anything else as not stated."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return UNSTATED
    number = number / 100 if 1 < number <= 100 else number
    return number if 0 <= number <= 1 else UNSTATED


_Text = Annotated[str, BeforeValidator(_words)]
_Id = Annotated[str, BeforeValidator(_id)]
_Share = Annotated[float, BeforeValidator(_share)]


class PointReply(_Reply):
    """On one point: `need` is what would satisfy it, stated before the verdict."""

    id: _Id
    need: _Text = ""
    v: Annotated[Literal["met", "unclear", "contradicted", "missed"], BeforeValidator(_verdict)]
    q: _Text = ""
    why: _Text = ""
    c: _Share = UNSTATED


class Quote(_Reply):
    """Words for a verdict already given; none withdraws it."""

    id: _Id
    q: _Text = ""


def _marks(value: object) -> object:
    """Three marks from 1 to 5, or none at all."""
    if isinstance(value, dict):
        value = [value.get(aspect) for aspect in ("structure", "clarity", "depth")]
    if not isinstance(value, list) or len(value) != 3:
        return []
    try:
        return [min(5, max(1, round(float(mark)))) for mark in value]
    except (TypeError, ValueError, OverflowError):
        return []


def _asserted(value: object) -> object:
    """Usually there is none, which models write in other ways than as an empty list, too."""
    return value if isinstance(value, list | dict) else []


def _quotes(value: object) -> object:
    return [q for q in value if isinstance(q, str)] if isinstance(value, list) else []


_PointReplies = Annotated[list[PointReply], BeforeValidator(_usable(PointReply))]


class SecondLook(_Reply):
    """The reply to a second look."""

    p: _PointReplies


class FirstLook(_Reply):
    """The reply to the one call for all points; `a` are sentences that speak to the grader.

    `m` are the misconceptions asserted, `com` the marks for structure, clarity and depth.
    """

    a: Annotated[list[str], BeforeValidator(_quotes)] = []
    p: _PointReplies
    m: Annotated[_PointReplies, BeforeValidator(_asserted)] = []
    com: Annotated[list[int], BeforeValidator(_marks)] = []


class Requote(_Reply):
    """The reply to asking for a quote again."""

    q: Annotated[list[Quote], BeforeValidator(_usable(Quote))]
