from fastapi import FastAPI

from src.client import MODEL

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok", "model": MODEL}
