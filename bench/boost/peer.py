"""XGBoost and LightGBM as the other side of the benchmark: reads one JSON command a line, answers one a line.

usage: peer.py FOLDER    FOLDER holds the table, see table.ts
"""

import json
import os
import re
import resource
import sys
import time

import lightgbm as lgb
import numpy as np
import scipy.sparse
import xgboost as xgb

# A side that needs more memory than the machine has must fail, and not bring the machine to a halt.
memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
resource.setrlimit(resource.RLIMIT_AS, (int(0.85 * memory), int(0.85 * memory)))

folder = sys.argv[1]
with open(f"{folder}/shape.json") as file:
    shape = json.load(file)
width = len(shape["names"])


def read(part):
    rows = shape["rows" if part == "train" else "testRows"]
    ones = shape.get("onesPerRow")
    labels = np.fromfile(f"{folder}/{part}-labels.f32", dtype=np.float32)
    if ones is None:
        return np.fromfile(f"{folder}/{part}.f32", dtype=np.float32).reshape(rows, width), labels
    columns = np.fromfile(f"{folder}/{part}.f32", dtype=np.int32)
    starts = np.arange(0, rows * ones + 1, ones, dtype=np.int64)
    return scipy.sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), (rows, width)), labels


train, labels = read("train")
test, _ = read("test")


def resident(name):
    """Kilobytes of this process, now (VmRSS) or at most since the last reset (VmHWM)."""
    try:
        with open("/proc/self/status") as file:
            return int(re.search(name + r":\s+(\d+)", file.read())[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # Not Linux: the peak is then that of the whole process.


def fit_xgboost(command):
    params = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "learning_rate": command["learningRate"],
        "max_depth": command["depth"],
        "max_leaves": command["leaves"],
        "grow_policy": "lossguide" if command["lossGuided"] else "depthwise",
        "nthread": command["threads"],
        "subsample": command["subsample"],
        "seed": command["seed"],
    }
    start = time.perf_counter()
    data = xgb.QuantileDMatrix(
        train, labels, feature_types=shape["types"], enable_categorical=True, nthread=command["threads"]
    )
    binned = time.perf_counter()
    booster = xgb.train(params, data, command["rounds"])
    end = time.perf_counter()
    if "model" in command:
        booster.save_model(command["model"])
    matrix = xgb.DMatrix(test, feature_types=shape["types"], enable_categorical=True)
    return start, binned, end, booster.predict(matrix)


def fit_lightgbm(command):
    leaves = command["leaves"] or 2 ** command["depth"]
    params = {
        "objective": "binary",
        "learning_rate": command["learningRate"],
        "num_leaves": leaves,
        "max_depth": command["depth"] or -1,
        # What makes a split and a leaf the same as with the other engines.
        "lambda_l2": 1,
        "min_sum_hessian_in_leaf": 1,
        "min_data_in_leaf": 1,
        "use_quantized_grad": command["quantised"],
        "num_threads": command["threads"],
        "seed": command["seed"],
        "verbosity": -1,
    }
    categories = [f for f, kind in enumerate(shape["types"]) if kind == "c"]
    start = time.perf_counter()
    data = lgb.Dataset(train, labels, params=params, categorical_feature=categories or "auto").construct()
    binned = time.perf_counter()
    booster = lgb.train(params, data, command["rounds"])
    end = time.perf_counter()
    return start, binned, end, booster.predict(test)


def fit(command):
    before = resident("VmRSS")
    reset_peak()
    cpu = time.process_time()
    start, binned, end, predictions = (fit_xgboost if command["side"] == "xgboost" else fit_lightgbm)(command)
    cpu = time.process_time() - cpu
    peak = resident("VmHWM")
    predictions.astype(np.float32).tofile(command["predictions"])
    return {
        "seconds": end - start,
        "binning": binned - start,
        "cpu": cpu,
        "megabytes": (peak - before) / 1024,
    }


def least(job, seconds):
    """The least time of repeats that fill about so many seconds."""
    best, end = float("inf"), time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        result = job()
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() > end:
            return best, result


def predict(command):
    booster = xgb.Booster(model_file=command["model"])
    booster.set_param({"nthread": command["threads"]})
    rows = test[: command["rows"]]
    if command["what"] == "margins":
        seconds, result = least(lambda: booster.inplace_predict(rows, predict_type="margin"), command["fill"])
    elif command["what"] == "row":
        one = test[:1]
        seconds, result = least(lambda: [booster.inplace_predict(one, predict_type="margin") for _ in range(200)], command["fill"])
        seconds, result = seconds / 200, result[0]
    else:
        # The matrix is made within the time, as ours is laid out within the time.
        def contributions():
            return booster.predict(xgb.DMatrix(rows, nthread=command["threads"]), pred_contribs=True)

        seconds, result = least(contributions, command["fill"])
    np.asarray(result, np.float32).tofile(command["predictions"])
    return {"seconds": seconds}


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    print(json.dumps({"fit": fit, "predict": predict}[command["do"]](command)), flush=True)
