"""The network: one trunk reads every text once; the encoder and the judge go on from there.

    text ── trunk (2 layers) ─┬─ encoder (4 layers) ── mean ── embedding
                              └─ head (4 layers over claim and passage together) ── 3 logits

The trunk and the encoder are all-MiniLM-L6-v2's own layers, unchanged; only the head is trained.
Reading claim and passage apart in the lowest layers and together above is DeFormer's idea (Cao et
al., 2020, "DeFormer: Decomposing Pre-trained Transformers for Faster Question Answering"): a
sentence is read once however many claims it is held against.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BertModel

TRUNK_LAYERS = 2
HEADS = 12
WIDTH = 384
LABELS = 3
DROPOUT = 0.1


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
    drop = nn.functional.dropout
    out = layer.attention.output
    query = out.LayerNorm(query + drop(out.dense(mixed), dropout, training=dropout > 0))
    wide = nn.functional.gelu(layer.intermediate.dense(query))
    return layer.output.LayerNorm(query + drop(layer.output.dense(wide), dropout, dropout > 0))


class Encoder(nn.Module):  # type: ignore[misc, unused-ignore]
    """Token ids (1, n) → embedding (1, 384) at unit length, and the trunk's states (1, n, 384)."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert

    def states(self, ids: Any) -> Any:
        """What the trunk makes of (batch, n) token ids."""
        hidden = self.bert.embeddings(input_ids=ids, token_type_ids=torch.zeros_like(ids))
        for layer in self.bert.encoder.layer[:TRUNK_LAYERS]:
            hidden = block(layer, hidden, hidden)
        return hidden

    def forward(self, ids: Any) -> Any:
        """The text's embedding, and the trunk's states."""
        states = hidden = self.states(ids)
        for layer in self.bert.encoder.layer[TRUNK_LAYERS:]:
            hidden = block(layer, hidden, hidden)
        mean = hidden.mean(1)
        return mean / (mean * mean).sum(1, keepdim=True).sqrt(), states


class Head(nn.Module):  # type: ignore[misc, unused-ignore]
    """The trunk's states of a claim and of a passage → logits (batch, 3).

    The last layer is computed for the first token alone: nothing else of it is read.
    """

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList(bert.encoder.layer[TRUNK_LAYERS:])
        self.segment = nn.Parameter(torch.zeros(WIDTH))
        self.pooler = bert.pooler.dense
        self.classify = nn.Linear(WIDTH, LABELS)

    def forward(self, claim: Any, passage: Any) -> Any:
        """Logits of entails, contradicts, neither."""
        return self.join(torch.cat([claim, passage + self.segment], 1))

    def join(self, hidden: Any, mask: Any = None) -> Any:
        """The same for states already put together, (batch, tokens, 384)."""
        dropout = DROPOUT if self.training else 0.0
        for layer in self.layers[:-1]:
            hidden = block(layer, hidden, hidden, mask, dropout)
        first = block(self.layers[-1], hidden[:, :1], hidden, mask, dropout)
        pooled = torch.tanh(self.pooler(first[:, 0]))
        return self.classify(nn.functional.dropout(pooled, dropout, self.training))
