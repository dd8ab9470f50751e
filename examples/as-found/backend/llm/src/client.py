"""The client of the model's provider: made when the module is loaded, as many are."""

import os

API_KEY = os.environ["OPENAI_API_KEY"]
MODEL = os.getenv("OPENAI_MODEL", "gpt-4o-mini")
