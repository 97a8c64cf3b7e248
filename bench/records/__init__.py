"""Every noun that crosses a module border or reaches the disk, as a frozen dataclass.

Records without arrays are stored as JSON and checked field by field when they are read back.
`Dataset`, `Folds` and `Predictions` carry arrays, which the store keeps as plain npz members.

Schema history
--------------
1 : first layout of a run folder.
2 : every file ends with the checksum of all its bytes; a refit's result holds that of its model.
"""

from bench.records.coding import SCHEMA_VERSION, Label, Params, Scalar, digest, from_json, to_json
from bench.records.data import Dataset, DatasetInfo, Folds
from bench.records.jobs import FoldResult, Job, Predictions
from bench.records.models import EstimatorSpec, Parameter, Place, SavedModel, SavedPart
from bench.records.parts import Part
from bench.records.runs import Environment, Plan, Protocol, Recipe, Row, Run, Study, Trial

__all__ = [
    "SCHEMA_VERSION",
    "Dataset",
    "DatasetInfo",
    "Environment",
    "EstimatorSpec",
    "FoldResult",
    "Folds",
    "Job",
    "Label",
    "Parameter",
    "Params",
    "Part",
    "Place",
    "Plan",
    "Predictions",
    "Protocol",
    "Recipe",
    "Row",
    "Run",
    "SavedModel",
    "SavedPart",
    "Scalar",
    "Study",
    "Trial",
    "digest",
    "from_json",
    "to_json",
]
