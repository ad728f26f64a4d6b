"""The two networks, both all-MiniLM-L6-v2: the encoder unchanged, the cross-encoder trained on.

text ──────────── encoder ──────── mean ── embedding
claim, passage ── cross-encoder ── first token ── 3 logits
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BertModel

HEADS = 12
WIDTH = 384
LABELS = 3
DROPOUT = 0.1
KEPT = 2
"""Layers from below that are not trained."""


def original(source: Path) -> Any:
    """all-MiniLM-L6-v2 with its pooler, in evaluation mode."""
    return BertModel.from_pretrained(source, attn_implementation="eager").eval()


def block(layer: Any, query: Any, keys: Any, mask: Any = None, dropout: float = 0.0) -> Any:
    """One BERT layer: (batch, q, 384) attends to (batch, k, 384); `mask` (batch, 1, 1, k)."""
    attention = layer.attention.self

    def heads(x: Any) -> Any:
        return x.view(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

    # Written out: PyTorch's fused attention is slow backwards on a CPU.
    scores = heads(attention.query(query)) @ heads(attention.key(keys)).transpose(2, 3)
    scores = scores / (WIDTH // HEADS) ** 0.5
    mixed = (scores if mask is None else scores + mask).softmax(-1) @ heads(attention.value(keys))
    mixed = mixed.transpose(1, 2).reshape(query.shape[0], query.shape[1], WIDTH)
    out = layer.attention.output
    query = out.LayerNorm(query + drop(out.dense(mixed), dropout))
    wide = nn.functional.gelu(layer.intermediate.dense(query))
    return layer.output.LayerNorm(query + drop(layer.output.dense(wide), dropout))


def drop(hidden: Any, share: float) -> Any:
    """Drop the same channels of all tokens of a text.

    A mask of its own for every token took a seventh of the time on a CPU and gained nothing:
    held-out accuracy 0.849, against 0.851 so.
    """
    if share == 0:
        return hidden
    kept = torch.rand(hidden.shape[0], 1, hidden.shape[2]) >= share
    return hidden * (kept / (1 - share)).to(hidden.dtype)


class Encoder(nn.Module):  # type: ignore[misc, unused-ignore]
    """Token ids (1, n) → embedding (1, 384) at unit length, and layer 2's states (1, n, 384).

    The states are of no use since the judge reads on its own; they stay because an encoder without
    them would be 24 MB more in git's history.
    """

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, ids: Any) -> Any:
        """The text's embedding, and the states."""
        hidden = self.bert.embeddings(input_ids=ids, token_type_ids=torch.zeros_like(ids))
        layers = self.bert.encoder.layer
        for layer in layers[:2]:
            hidden = block(layer, hidden, hidden)
        states = hidden
        for layer in layers[2:]:
            hidden = block(layer, hidden, hidden)
        mean = hidden.mean(1)
        return mean / (mean * mean).sum(1, keepdim=True).sqrt(), states


class CrossEncoder(nn.Module):  # type: ignore[misc, unused-ignore]
    """A claim and a passage read together → logits (batch, 3) of entails, contradicts, neither.

    The original's layers and pooler, and a new last layer. Embeddings and the two lowest layers
    stay as they are: trained ones gained nothing. The top layer is computed for the first token
    alone: nothing else of it is read.
    """

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert
        self.classify = nn.Linear(WIDTH, LABELS)
        bert.embeddings.dropout = nn.Identity()  # what is not trained needs none
        for kept in (bert.embeddings, *bert.encoder.layer[:KEPT]):
            kept.requires_grad_(False)

    def forward(self, ids: Any, types: Any, mask: Any = None) -> Any:
        """Logits for token ids and types, both (batch, n); `mask` (batch, 1, 1, n) is added."""
        share = DROPOUT if self.training else 0.0
        *lower, top = self.bert.encoder.layer
        hidden = self.bert.embeddings(input_ids=ids, token_type_ids=types)
        for i, layer in enumerate(lower):
            hidden = block(layer, hidden, hidden, mask, share if i >= KEPT else 0.0)
        first = block(top, hidden[:, :1], hidden, mask, share)
        pooled = torch.tanh(self.bert.pooler.dense(first[:, 0]))
        return self.classify(drop(pooled[:, None], share)[:, 0])
