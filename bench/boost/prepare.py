"""Turns tables that are not made here into the files that both sides read (see table.ts).

usage: prepare.py flights PARQUET OUT STEP   every STEP-th of three million flights, vega-datasets' data/flights-3m.parquet
       prepare.py mixed TRAIN.csv TEST.csv OUT
       prepare.py dense FOLDER OUT            FOLDER/dense-train-X.npy and its three companions
"""

import json
import os
import sys

import numpy as np
import pandas as pd


def write(out, train, train_labels, test, test_labels, names, types, source):
    os.makedirs(out, exist_ok=True)
    for name, cells, labels in (("train", train, train_labels), ("test", test, test_labels)):
        np.ascontiguousarray(cells, dtype=np.float32).tofile(f"{out}/{name}.f32")
        np.asarray(labels, dtype=np.float32).tofile(f"{out}/{name}-labels.f32")
    shape = {"rows": len(train), "testRows": len(test), "names": names, "types": types, "source": source}
    with open(f"{out}/shape.json", "w") as file:
        json.dump(shape, file)


def flights(parquet, out, step):
    """Is a flight more than 15 minutes late? The first 80 % by time train, the rest tests."""
    table = pd.read_parquet(parquet).sort_values("date", kind="stable").iloc[:: int(step)]
    date = table["date"].dt
    airports = sorted(set(table["origin"]) | set(table["destination"]))
    cells = np.column_stack(
        [
            date.month,
            date.day_of_week,
            date.hour,
            table["distance"],
            pd.Categorical(table["origin"], airports).codes,
            pd.Categorical(table["destination"], airports).codes,
        ]
    ).astype(np.float32)
    labels = (table["delay"] > 15).to_numpy()
    cut = len(table) * 8 // 10
    names = ["month", "weekday", "hour", "distance", "origin", "destination"]
    write(
        out, cells[:cut], labels[:cut], cells[cut:], labels[cut:], names, list("qqqqcc"),
        "US Bureau of Transportation Statistics, npm package vega-datasets 3.2.1",
    )


def mixed(train_file, test_file, out):
    train, test = pd.read_csv(train_file), pd.read_csv(test_file)
    labels = [part.pop("churn").to_numpy() for part in (train, test)]
    types = ["q" if pd.api.types.is_numeric_dtype(train[name]) else "c" for name in train.columns]
    for name, kind in zip(train.columns, types):
        if kind == "q":
            continue
        levels = sorted(set(train[name].dropna()) | set(test[name].dropna()))
        for part in (train, test):
            codes = pd.Categorical(part[name], levels).codes.astype(np.float32)
            part[name] = np.where(codes < 0, np.nan, codes)
    write(
        out, train.to_numpy(np.float32), labels[0], test.to_numpy(np.float32), labels[1], list(train.columns), types,
        f"{os.path.basename(train_file)}, tested on {os.path.basename(test_file)}",
    )


def dense(folder, out):
    parts = [np.load(f"{folder}/dense-{name}.npy") for name in ("train-X", "train-y", "test-X", "test-y")]
    names = [f"f{f}" for f in range(parts[0].shape[1])]
    write(out, *parts, names, ["q"] * len(names), "dense-*.npy")


{"flights": flights, "mixed": mixed, "dense": dense}[sys.argv[1]](*sys.argv[2:])
