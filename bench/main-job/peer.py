"""The main job as a Python team would write it: pandas, scikit-learn and XGBoost, both cores.

Reads a table, holds out 20 %, boosts five folds of the rest with early stopping, does the same on all rows for
the model that ships, fits the logistic baseline likewise, chooses a threshold out of fold, and prints the
metrics of the hold-out with bootstrap intervals. No report, no plots, no SHAP values, no permutation importance.

usage: peer.py FILE TARGET POSITIVE THREADS
"""

import json
import sys

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    matthews_corrcoef,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 42
PENALTY = 0.3
REPLICATES = 1000


def cross_fit(X, y, params, threads):
    """Five boosters stopped early on their own folds, their out-of-fold probabilities, and a regression."""
    folds = list(StratifiedKFold(5, shuffle=True, random_state=SEED).split(X, y))
    out_of_fold = np.zeros(len(y))
    boosters = []
    for train, valid in folds:
        dtrain = xgb.DMatrix(X.iloc[train], y[train], enable_categorical=True, nthread=threads)
        dvalid = xgb.DMatrix(X.iloc[valid], y[valid], enable_categorical=True, nthread=threads)
        booster = xgb.train(
            {**params["params"], "objective": "binary:logistic", "tree_method": "hist", "nthread": threads, "seed": SEED},
            dtrain,
            params["rounds"],
            evals=[(dvalid, "valid")],
            early_stopping_rounds=params["earlyStoppingRounds"],
            verbose_eval=False,
        )
        boosters.append(booster)
        out_of_fold[valid] = booster.predict(dvalid, iteration_range=(0, booster.best_iteration + 1))

    numeric = X.select_dtypes("number").columns.tolist()
    other = [c for c in X.columns if c not in numeric]

    def regression():
        return make_pipeline(
            make_column_transformer(
                (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
                (OneHotEncoder(handle_unknown="ignore", min_frequency=5), other),
            ),
            LogisticRegression(C=PENALTY, max_iter=1000),
        )

    margins = np.zeros(len(y))
    for train, valid in folds:
        margins[valid] = regression().fit(X.iloc[train], y[train]).decision_function(X.iloc[valid])
    baseline = regression().fit(X, y)
    return boosters, out_of_fold, baseline


def predict(boosters, X, threads):
    data = xgb.DMatrix(X, enable_categorical=True, nthread=threads)
    margins = [b.predict(data, output_margin=True, iteration_range=(0, b.best_iteration + 1)) for b in boosters]
    return 1 / (1 + np.exp(-np.mean(margins, axis=0)))


def best_threshold(y, p):
    candidates = np.unique(p)
    order = np.argsort(-p)
    tp = np.cumsum(y[order] == 1)
    fp = np.cumsum(y[order] == 0)
    fn = (y == 1).sum() - tp
    tn = (y == 0).sum() - fp
    with np.errstate(divide="ignore", invalid="ignore"):
        mcc = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return p[order][int(np.nanargmax(mcc))] if len(candidates) > 1 else 0.5


def main():
    file, target, positive, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    params = json.loads(sys.stdin.read())
    table = pd.read_csv(file)
    y = (table[target].astype(str) == positive).to_numpy().astype(int)
    X = table.drop(columns=[target])
    for column in X.columns:
        if not pd.api.types.is_numeric_dtype(X[column]):
            X[column] = X[column].astype("category")
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=SEED)
    boosters, out_of_fold, baseline = cross_fit(X_train, y_train, params, threads)
    threshold = best_threshold(y_train, out_of_fold)
    cross_fit(X, y, params, threads)  # what ships

    p = predict(boosters, X_test, threads)

    def metrics(y, p):
        decided = (p >= threshold).astype(int)
        return {
            "rocAuc": roc_auc_score(y, p),
            "prAuc": average_precision_score(y, p),
            "logLoss": log_loss(y, p),
            "brier": brier_score_loss(y, p),
            "accuracy": accuracy_score(y, decided),
            "f1": f1_score(y, decided),
            "mcc": matthews_corrcoef(y, decided),
        }

    headline = metrics(y_test, p)
    headline["logisticLogLoss"] = log_loss(y_test, baseline.predict_proba(X_test)[:, 1])
    rng = np.random.default_rng(SEED)
    replicates = []
    for _ in range(REPLICATES):
        rows = rng.integers(0, len(y_test), len(y_test))
        replicates.append(roc_auc_score(y_test[rows], p[rows]))
    headline["rocAucInterval"] = np.quantile(replicates, [0.025, 0.975]).tolist()
    print(json.dumps(headline))


main()
