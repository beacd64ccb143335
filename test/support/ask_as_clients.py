"""Asks a server as users of Triton and of MLflow do: with their own clients. Prints what these made of the replies.

    python ask_as_clients.py URL
"""

import json
import sys

import numpy as np
import pandas as pd
import tritonclient.http as triton
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from tritonclient.utils import InferenceServerException

url = sys.argv[1]
rows = pd.DataFrame(
    {
        "tenure": [4, 9, 40],
        "spend": [31.5, 20.0, 12.25],
        "plan": ["basic", "plus", "family"],
        "newsletter": [True, False, True],
        "since": ["2024-03-01", "2021-01-01", "2020-06-30"],
    }
)


def tensors(binary):
    for name in rows:
        column = rows[name].to_numpy().reshape(-1, 1)
        kind = {"i": "INT64", "f": "FP64", "b": "BOOL"}.get(column.dtype.kind, "BYTES")
        values = column.astype(object) if kind == "BYTES" else column
        tensor = triton.InferInput(name, values.shape, kind)
        tensor.set_data_from_numpy(values, binary_data=binary)
        yield tensor


found = {}
with triton.InferenceServerClient(url.removeprefix("http://")) as client:
    found["live"] = client.is_server_live()
    found["ready"] = client.is_server_ready()
    found["server"] = client.get_server_metadata()["name"]
    found["modelReady"] = client.is_model_ready("shop")
    found["otherReady"] = client.is_model_ready("other")
    found["inputs"] = [one["name"] for one in client.get_model_metadata("shop")["inputs"]]
    found["index"] = [one["name"] for one in client.get_model_repository_index()]
    for binary in (False, True):
        wanted = [triton.InferRequestedOutput(name, binary_data=False) for name in ("probability", "label")]
        reply = client.infer("shop", list(tensors(binary)), outputs=wanted, request_id="call-7")
        found["binary" if binary else "json"] = {
            "probability": reply.as_numpy("probability").tolist(),
            "label": [text if isinstance(text, str) else text.decode() for text in reply.as_numpy("label").ravel()],
            "id": reply.get_response()["id"],
        }
    try:
        client.infer("other", list(tensors(False)))
    except InferenceServerException as error:
        found["error"] = {"status": error.status(), "message": error.message()}

mlflow = ScoringServerClient(*url.removeprefix("http://").split(":"))
mlflow.wait_server_ready(timeout=10)
found["version"] = mlflow.get_version()
found["predictions"] = mlflow.invoke(rows).get_predictions()[0].tolist()
found["probabilities"] = mlflow.invoke(rows, params={"output": "probability"}).get_predictions()[0].tolist()
json.dump(found, sys.stdout)
