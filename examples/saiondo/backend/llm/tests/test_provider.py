import pytest

from src.provider import OfflineProvider, provider_from_environment


def test_offline_is_the_default(monkeypatch):
    monkeypatch.delenv("LLM_PROVIDER", raising=False)
    assert isinstance(provider_from_environment(), OfflineProvider)


def test_an_unknown_provider_is_refused(monkeypatch):
    monkeypatch.setenv("LLM_PROVIDER", "oracle")
    with pytest.raises(ValueError, match="expected offline or openai"):
        provider_from_environment()
