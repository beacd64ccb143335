"""What an expert does with Python in a minute: Optuna's TPE over XGBoost (hist), judged by StratifiedKFold.

usage: peer_tune.py TRAIN TEST TARGET POSITIVE SEED BUDGET METRIC OUT [DROP]...

Columns of texts are categories that XGBoost splits natively. A trial is five folds, each stopped early on its own;
METRIC (log_loss or auc) is their mean. The search ends BUDGET seconds after the imports: the trial that then runs is
abandoned. Then, in time that is not counted against the peer, the best parameters are fitted on
all rows, with the mean number of rounds of the folds, and TEST is predicted. One thread throughout.
"""

import json
import sys
import time

import numpy as np
import optuna
import pandas as pd
import xgboost as xgb
from sklearn.model_selection import StratifiedKFold

MOST_ROUNDS = 2000
PATIENCE = 50


class Deadline(xgb.callback.TrainingCallback):
    """Ends a training when the time is up."""

    def __init__(self, at):
        self.at = at

    def after_iteration(self, model, epoch, evals_log):
        return time.perf_counter() > self.at


def suggest(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.3, log=True),
        "max_depth": trial.suggest_int("max_depth", 3, 10),
        "min_child_weight": trial.suggest_float("min_child_weight", 0.1, 20, log=True),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "reg_alpha": trial.suggest_float("reg_alpha", 1e-8, 10.0, log=True),
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-8, 10.0, log=True),
        "gamma": trial.suggest_float("gamma", 1e-8, 5.0, log=True),
    }


def read(train_file, test_file, target, positive, drop):
    train = pd.read_csv(train_file).drop(columns=drop)
    test = pd.read_csv(test_file).drop(columns=drop)
    y = (train.pop(target).astype(str) == positive).to_numpy().astype(int)
    test = test.drop(columns=[target], errors="ignore")
    for column in train.columns:
        if not pd.api.types.is_numeric_dtype(train[column]):
            train[column] = train[column].astype("category")
            test[column] = pd.Categorical(test[column], categories=train[column].cat.categories)
    return train, y, test


def main(train_file, test_file, target, positive, seed, budget, metric, out, *drop):
    start = time.perf_counter()
    deadline = start + float(budget)
    X, y, X_test = read(train_file, test_file, target, positive, list(drop))
    base = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "eval_metric": "logloss" if metric == "log_loss" else "auc",
        "nthread": 1,
        "seed": int(seed),
    }
    # The folds and their tables do not change from trial to trial.
    folds = []
    for rows, held_out in StratifiedKFold(5, shuffle=True, random_state=int(seed)).split(X, y):
        pair = [
            xgb.DMatrix(X.iloc[part], y[part], enable_categorical=True, nthread=1) for part in (rows, held_out)
        ]
        folds.append(pair)

    def objective(trial):
        params = {**base, **suggest(trial)}
        scores, rounds = [], []
        for train, held_out in folds:
            booster = xgb.train(
                params,
                train,
                MOST_ROUNDS,
                evals=[(held_out, "validation")],
                early_stopping_rounds=PATIENCE,
                verbose_eval=False,
                callbacks=[Deadline(deadline)],
            )
            if time.perf_counter() > deadline:
                trial.study.stop()
                raise optuna.TrialPruned()
            scores.append(booster.best_score)
            rounds.append(booster.best_iteration + 1)
        trial.set_user_attr("rounds", int(round(np.mean(rounds))))
        return float(np.mean(scores))

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        direction="minimize" if metric == "log_loss" else "maximize",
        sampler=optuna.samplers.TPESampler(seed=int(seed)),
    )
    study.optimize(objective, timeout=max(0.0, deadline - time.perf_counter()))
    complete = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.COMPLETE]
    searched = time.perf_counter()
    # A budget too short for a single trial leaves the library's defaults.
    params, rounds = (study.best_params, study.best_trial.user_attrs["rounds"]) if complete else ({}, 100)
    train = xgb.DMatrix(X, y, enable_categorical=True, nthread=1)
    booster = xgb.train({**base, **params}, train, rounds)
    predictions = booster.predict(xgb.DMatrix(X_test, enable_categorical=True, nthread=1))
    answer = {
        "searchSeconds": searched - start,
        "seconds": time.perf_counter() - start,
        "trials": len(complete),
        "score": study.best_value if complete else None,
        "params": params,
        "rounds": rounds,
        "predictions": predictions.astype(float).tolist(),
    }
    with open(out, "w") as sink:
        json.dump(answer, sink)


main(*sys.argv[1:])
