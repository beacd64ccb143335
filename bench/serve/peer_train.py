"""Trains the pipeline that the peer serves: scikit-learn's preprocessing and an XGBoost classifier, as a Python team
would write it and with the parameters that XGBoost has by default. Far fewer trees than Verdict's bag has.

usage: peer_train.py FILE TARGET POSITIVE OUT
"""

import sys

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier

file, target, positive, out = sys.argv[1:5]
table = pd.read_csv(file)
y = (table[target].astype(str) == positive).astype(int)
X = table.drop(columns=[target])
numeric = X.select_dtypes("number").columns.tolist()
other = [column for column in X.columns if column not in numeric]
preprocessor = ColumnTransformer(
    [
        ("numeric", Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), numeric),
        ("other", OneHotEncoder(handle_unknown="ignore"), other),
    ]
)
model = Pipeline([("preprocessor", preprocessor), ("classifier", XGBClassifier(random_state=42, n_jobs=1))])
model.fit(X, y)
joblib.dump(model, out)
