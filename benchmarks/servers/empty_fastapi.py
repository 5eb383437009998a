"""A FastAPI route with pydantic in and out that classifies nothing: the floor of the usual way.

    uvicorn benchmarks.servers.empty_fastapi:app

`async def`, which is the fast kind. Left out: everything a service owes besides the answer.
"""

from fastapi import FastAPI

from .wire import CONSTANT, Prediction, TextRequest

app = FastAPI()


@app.post("/predict")
async def predict(request: TextRequest) -> Prediction:
    return CONSTANT.model_copy(update={"score": 0.5 if request.text else 0.0})
