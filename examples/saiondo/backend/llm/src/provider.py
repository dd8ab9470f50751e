"""Model providers. The default one is deterministic and needs no network: tests and rehearsals use it."""

import os
import zlib
from typing import Protocol

import httpx


class Provider(Protocol):
    name: str

    def complete(self, prompt: str) -> str: ...


class OfflineProvider:
    """Answers the same prompt with the same sentence, always."""

    name = "offline"
    _answers = (
        "Tell me more about that.",
        "How did that make you feel?",
        "What would you like to happen next?",
    )

    def complete(self, prompt: str) -> str:
        return self._answers[zlib.crc32(prompt.encode()) % len(self._answers)]


class OpenAiProvider:
    """OpenAI's chat completions, with the key of the environment."""

    name = "openai"

    def __init__(self, key: str) -> None:
        self._key = key

    def complete(self, prompt: str) -> str:
        response = httpx.post(
            "https://api.openai.com/v1/chat/completions",
            headers={"authorization": f"Bearer {self._key}"},
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]},
            timeout=30,
        )
        response.raise_for_status()
        return response.json()["choices"][0]["message"]["content"]


def provider_from_environment() -> Provider:
    """The provider that LLM_PROVIDER names; without one, the offline one."""
    name = os.environ.get("LLM_PROVIDER", "offline")
    if name == "offline":
        return OfflineProvider()
    if name == "openai":
        return OpenAiProvider(os.environ["OPENAI_API_KEY"])
    raise ValueError(f"LLM_PROVIDER is {name!r}; expected offline or openai")
