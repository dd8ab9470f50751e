from fastapi.testclient import TestClient

from src.main import app

client = TestClient(app)


def test_health_names_the_provider():
    assert client.get("/health").json() == {"status": "ok", "provider": "offline"}


def test_the_same_prompt_gets_the_same_answer():
    answers = {client.post("/complete", json={"prompt": "hello"}).json()["completion"] for _ in range(3)}
    assert len(answers) == 1


def test_an_empty_prompt_is_refused():
    assert client.post("/complete", json={"prompt": ""}).status_code == 422
