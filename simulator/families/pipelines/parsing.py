"""The bodies of pipeline calls, read into typed fields; HubSpot's 400 where they are not right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from simulator.errors import validation_error


@dataclass(frozen=True)
class StageFields:
    """What a call says of a stage; None = not said."""

    label: str | None
    display_order: int | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PipelineFields:
    """What a call says of a pipeline; None = not said."""

    label: str | None
    display_order: int | None
    stages: tuple[StageFields, ...] = ()


def read_pipeline_fields(*, partial: bool = False) -> PipelineFields:
    """The body of a pipeline call; all fields are needed unless `partial`."""
    body = _object(request.get_json(silent=True), "the body")
    stages = body.get("stages", [])
    if not isinstance(stages, list):
        raise validation_error("stages must be a list")
    label, order = _label(body, partial=partial), _order(body, partial=partial)
    return PipelineFields(label, order, tuple(_stage_fields(stage, partial=False) for stage in stages))


def read_stage_fields(*, partial: bool = False) -> StageFields:
    """The body of a stage call; all fields are needed unless `partial`."""
    return _stage_fields(request.get_json(silent=True), partial=partial)


def _stage_fields(value: object, *, partial: bool) -> StageFields:
    body = _object(value, "a stage")
    metadata = {str(name): str(each) for name, each in _object(body.get("metadata", {}), "metadata").items()}
    probability = metadata.get("probability")
    if probability is not None and not _is_share(probability):
        raise validation_error("probability must be a number between 0.0 and 1.0")
    return StageFields(_label(body, partial=partial), _order(body, partial=partial), metadata)


def _is_share(text: str) -> bool:
    try:
        return 0.0 <= float(text) <= 1.0
    except ValueError:
        return False


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise validation_error(f"Invalid input JSON: {what} must be an object")
    return value


def _label(body: Mapping[str, object], *, partial: bool) -> str | None:
    label = body.get("label")
    if label is None and partial:
        return None
    if not isinstance(label, str) or not label:
        raise validation_error("Some required fields were not set: [label]")
    return label


def _order(body: Mapping[str, object], *, partial: bool) -> int | None:
    order = body.get("displayOrder")
    if order is None and partial:
        return None
    if not isinstance(order, int):
        raise validation_error("Some required fields were not set: [displayOrder]")
    return order
