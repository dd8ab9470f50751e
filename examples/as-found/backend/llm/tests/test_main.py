from fastapi.testclient import TestClient

from src.main import app


def test_health() -> None:
    assert TestClient(app).get("/health").json() == {"status": "ok", "model": "gpt-4o-mini"}
