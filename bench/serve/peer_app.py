"""The service of the brief: FastAPI, a pipeline loaded at import, one data frame a request. The one change is that
features may be texts too, without which it could not serve this model. PEER_MODEL is the pipeline's file."""

import os
from typing import Any, Dict, List

import joblib
import pandas as pd
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="Classification Model API", version="1.0.0")
model = joblib.load(os.environ["PEER_MODEL"])


class PredictionRequest(BaseModel):
    features: Dict[str, Any]


class PredictionResponse(BaseModel):
    prediction: int
    probability: List[float]
    confidence: float


def answer(request: PredictionRequest) -> PredictionResponse:
    try:
        df = pd.DataFrame([request.features])
        prediction = model.predict(df)[0]
        probabilities = model.predict_proba(df)[0].tolist()
        return PredictionResponse(
            prediction=int(prediction), probability=probabilities, confidence=max(probabilities)
        )
    except Exception as e:
        raise HTTPException(status_code=400, detail=str(e))


if os.environ.get("PEER_HANDLER") == "sync":

    @app.post("/predict", response_model=PredictionResponse)
    def predict(request: PredictionRequest):
        return answer(request)

else:

    @app.post("/predict", response_model=PredictionResponse)
    async def predict(request: PredictionRequest):
        return answer(request)


@app.get("/health")
async def health_check():
    return {"status": "healthy", "model_loaded": model is not None}
