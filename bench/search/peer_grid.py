"""The brief's grid as the brief runs it: scikit-learn's GridSearchCV over a pipeline with XGBoost (hist).

usage: peer_grid.py folds FILE ROWS TARGET OUT     writes the first ROWS rows with a column `fold` (0 to 4) beside them
       peer_grid.py search FILE TARGET GRID OUT    searches FILE, whose column `fold` says the folds, by the grid in GRID

FOLDS are those of StratifiedKFold(5, shuffle=True, random_state=42). OUT of the search receives the wall time of
`GridSearchCV.fit` (the refit included), that of the process since its imports, and the score of every candidate in
every fold. All cores work on folds and candidates; each XGBoost has one thread, which is the fastest arrangement.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, PredefinedSplit, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier

RANDOM_STATE = 42


def write_folds(file, rows, target, out):
    table = pd.read_csv(file, nrows=int(rows))
    fold = np.zeros(len(table), dtype=int)
    splits = StratifiedKFold(5, shuffle=True, random_state=RANDOM_STATE).split(table, table[target])
    for number, (_, held_out) in enumerate(splits):
        fold[held_out] = number
    table["fold"] = fold
    table.to_csv(out, index=False)


def search(file, target, grid_file, out):
    start = time.perf_counter()
    table = pd.read_csv(file)
    X = table.drop(columns=[target, "fold"])
    y = table[target]
    numeric = X.select_dtypes(include=[np.number]).columns.tolist()
    categorical = [column for column in X.columns if column not in numeric]
    preprocessor = ColumnTransformer(
        [
            ("num", Pipeline([("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())]), numeric),
            (
                "cat",
                Pipeline(
                    [
                        ("imputer", SimpleImputer(strategy="most_frequent")),
                        ("onehot", OneHotEncoder(handle_unknown="ignore")),
                    ]
                ),
                categorical,
            ),
        ]
    )
    pipeline = Pipeline(
        [
            ("preprocessor", preprocessor),
            ("classifier", XGBClassifier(random_state=RANDOM_STATE, tree_method="hist", n_jobs=1)),
        ]
    )
    with open(grid_file) as source:
        grid = json.load(source)
    names = list(grid)
    searcher = GridSearchCV(
        pipeline,
        {f"classifier__{name}": grid[name] for name in names},
        cv=PredefinedSplit(table["fold"]),
        scoring="f1_weighted",
        n_jobs=-1,
    )
    before = time.perf_counter()
    searcher.fit(X, y)
    end = time.perf_counter()
    results = searcher.cv_results_
    trials = [
        {
            "params": {name: results[f"param_classifier__{name}"][i] for name in names},
            "scores": [float(results[f"split{fold}_test_score"][i]) for fold in range(searcher.n_splits_)],
        }
        for i in range(len(results["params"]))
    ]
    answer = {
        "seconds": end - before,
        "wholeSeconds": end - start,
        "best": int(searcher.best_index_),
        "trials": trials,
        "versions": {
            "Python": sys.version.split()[0],
            "XGBoost": xgboost.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }
    with open(out, "w") as sink:
        json.dump(answer, sink, default=lambda value: value.item())


if sys.argv[1] == "folds":
    write_folds(*sys.argv[2:])
else:
    search(*sys.argv[2:])
