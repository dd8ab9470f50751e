"""The LLM server."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

from src.provider import provider_from_environment

app = FastAPI(title="saiondo-llm")
provider = provider_from_environment()


class Prompt(BaseModel):
    prompt: str = Field(min_length=1, max_length=4000)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok", "provider": provider.name}


@app.post("/complete")
def complete(body: Prompt) -> dict[str, str]:
    return {"completion": provider.complete(body.prompt)}
