"""Language models, through any OpenAI-compatible endpoint."""

from interviewer.llm.model import LanguageModel, Message, Object, Role, Text, Usage

__all__ = ["LanguageModel", "Message", "Object", "Role", "Text", "Usage"]
