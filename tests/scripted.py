"""A scripted model that plays along in a whole interview, for `Endpoint(respond=...)`."""

import re
from typing import Any

from tests.endpoint import Reply, Request, obj, ok, streamed

DEBRIEF = (
    "What you said about the mechanism stood by itself. What was missing is the reason behind "
    "it, and that is the core of the question. Read up on it first, then explain it aloud to "
    "somebody who does not know it, and come back to the question after a while."
)


def point(claim: str, weight: int = 2) -> dict[str, Any]:
    return {
        "claim": claim,
        "weight": weight,
        "stage": "mechanism",
        "probe": "What happens in the next step?",
        "hint": "Think about what is cheap and what is dear here.",
    }


DRAFT: dict[str, Any] = {
    "known": True,
    "question": "How does speculative decoding make a large language model faster?",
    "points": [
        point("A small draft model proposes several tokens that the large one has yet to see.", 3),
        point("The large target network scores all proposals in a single parallel forward pass."),
        point(
            "Rejection sampling keeps the output distribution exactly that of the large network."
        ),
        point("The gain depends on how often proposals are accepted by the large network.", 1),
    ],
    "misconceptions": [
        {
            "claim": "It trades quality for speed.",
            "challenge": "What would you see if you compared the outputs over many prompts?",
            "correction": "The output distribution is unchanged.",
        }
    ],
    "follow_ups": [
        {
            "question": "When does it stop paying off?",
            "points": [
                point("At large batch sizes the hardware is busy and spare compute is gone.")
            ],
        }
    ],
    "model_answer": "A small model runs ahead and the large one checks what it said. " * 8,
}


def plays_along(request: Request) -> Reply:
    """Words every turn as the bank does, finds every point missed, writes a debrief and a draft."""
    text = request.text
    if request.streamed:
        return streamed(*re.findall(r"\S+\s*", said_in(text)))
    if "You write the debrief" in text:
        return ok(DEBRIEF)
    if "key ready" in text:
        return obj({"ready": True})
    if "You write one interview question" in text:
        return obj(DRAFT)
    if "POINTS" in text:
        return obj(all_missed(text))
    return ok("ready")


def said_in(prompt: str) -> str:
    """What a wording prompt has to be said."""
    found = re.search(r"^SAY .*?\n<[^>]+>\n(.*?)\n</", prompt, re.DOTALL | re.MULTILINE)
    assert found is not None, prompt
    return found[1]


def all_missed(prompt: str) -> dict[str, Any]:
    """A judge's reply: nothing was said of any point."""
    points = prompt.partition("\nPOINTS\n")[2].partition("\nMISCONCEPTIONS\n")[0]
    ids = re.findall(r"^- ([a-z0-9-]+):", points, re.MULTILINE)
    missed = [{"id": i, "need": "it", "v": "missed", "q": "", "why": "", "c": 0.9} for i in ids]
    marks = {"structure": 3, "clarity": 4, "depth": 2}
    return {"a": [], "p": missed, "m": [], "com": marks}
