"""Pipelines and stages: read, create, change, delete.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide (read 2026-09).
Limit: audit logs are absent; a stage or pipeline in use is deleted without the reference check.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from simulator.crm.object_types import object_type as object_kind
from simulator.errors import not_found
from simulator.families.pipelines.parsing import StageFields, read_pipeline_fields, read_stage_fields
from simulator.families.pipelines.state import Pipeline, Pipelines, Stage
from simulator.families.scopes import read_schemas, write_schemas
from simulator.families.versions import spellings
from simulator.identity import current_caller
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


_ALL = "/crm/pipelines/{version}/{objectType}"
_ONE = f"{_ALL}/{{pipelineId}}"
_STAGES = f"{_ONE}/stages"
_STAGE = f"{_STAGES}/{{stageId}}"
_NOTE = "no reference check on delete"
OPERATIONS = [
    *(Operation("GET", path, scopes=read_schemas) for path in (_ALL, _ONE, _STAGES, _STAGE)),
    *(Operation("POST", path, scopes=write_schemas) for path in (_ALL, _STAGES)),
    *(Operation(method, path, scopes=write_schemas) for method in ("PATCH", "PUT") for path in (_ONE, _STAGE)),
    *(Operation("DELETE", path, "partial", _NOTE, scopes=write_schemas) for path in (_ONE, _STAGE)),
]


def build_blueprint(world: "World") -> Blueprint:
    """The routes under every version."""
    api = _PipelineApi(lambda: world.pipelines[current_caller().portal_id], world.clock.now)
    blueprint = Blueprint("pipelines", __name__)
    routes: list[tuple[str, str, Callable[..., Response]]] = [
        ("GET", "", api.list),
        ("POST", "", api.create),
        ("GET", "/<pipeline_id>", api.read),
        ("PATCH", "/<pipeline_id>", api.change),
        ("PUT", "/<pipeline_id>", api.change),
        ("DELETE", "/<pipeline_id>", api.delete),
        ("GET", "/<pipeline_id>/stages", api.list_stages),
        ("POST", "/<pipeline_id>/stages", api.create_stage),
        ("GET", "/<pipeline_id>/stages/<stage_id>", api.read_stage),
        ("PATCH", "/<pipeline_id>/stages/<stage_id>", api.change_stage),
        ("PUT", "/<pipeline_id>/stages/<stage_id>", api.change_stage),
        ("DELETE", "/<pipeline_id>/stages/<stage_id>", api.delete_stage),
    ]
    for base in dict.fromkeys(spellings(_ALL)):
        for method, tail, view in routes:
            blueprint.add_url_rule(f"{base}{tail}", f"{method} {base}{tail}", view, methods=[method])
    return blueprint


class _PipelineApi:
    """The views, on the pipelines of the caller's account."""

    def __init__(self, pipelines: Callable[[], Pipelines], now: Callable[[], datetime]) -> None:
        self._pipelines = pipelines
        self._now = now

    def list(self, object_type: str) -> Response:
        found = self._pipelines().list(object_kind(object_type).name)
        return jsonify({"results": [_pipeline_body(each) for each in found]})

    def create(self, object_type: str) -> Response:
        fields = read_pipeline_fields()
        pipelines, now = self._pipelines(), self._now()
        stages = tuple(self._new_stage(stage) for stage in fields.stages)
        pipeline = Pipeline(pipelines.new_id(), fields.label or "", fields.display_order or 0, stages, now, now)
        pipelines.put(object_kind(object_type).name, pipeline)
        return _created(_pipeline_body(pipeline))

    def read(self, object_type: str, pipeline_id: str) -> Response:
        return jsonify(_pipeline_body(self._find(object_type, pipeline_id)))

    def change(self, object_type: str, pipeline_id: str) -> Response:
        pipeline, fields = self._find(object_type, pipeline_id), read_pipeline_fields(partial=True)
        changed = replace(
            pipeline,
            label=fields.label or pipeline.label,
            display_order=pipeline.display_order if fields.display_order is None else fields.display_order,
            stages=tuple(self._new_stage(stage) for stage in fields.stages) or pipeline.stages,
            updated_at=self._now(),
        )
        self._pipelines().put(object_kind(object_type).name, changed)
        return jsonify(_pipeline_body(changed))

    def delete(self, object_type: str, pipeline_id: str) -> Response:
        self._find(object_type, pipeline_id)
        self._pipelines().remove(object_kind(object_type).name, pipeline_id)
        return Response(status=204)

    def list_stages(self, object_type: str, pipeline_id: str) -> Response:
        return jsonify({"results": [_stage_body(stage) for stage in self._find(object_type, pipeline_id).stages]})

    def create_stage(self, object_type: str, pipeline_id: str) -> Response:
        pipeline, stage = self._find(object_type, pipeline_id), self._new_stage(read_stage_fields())
        self._pipelines().put(object_kind(object_type).name, pipeline.with_stage(stage))
        return _created(_stage_body(stage))

    def read_stage(self, object_type: str, pipeline_id: str, stage_id: str) -> Response:
        return jsonify(_stage_body(_stage(self._find(object_type, pipeline_id), stage_id)))

    def change_stage(self, object_type: str, pipeline_id: str, stage_id: str) -> Response:
        pipeline, fields = self._find(object_type, pipeline_id), read_stage_fields(partial=True)
        stage = _stage(pipeline, stage_id)
        changed = replace(
            stage,
            label=fields.label or stage.label,
            display_order=stage.display_order if fields.display_order is None else fields.display_order,
            metadata={**stage.metadata, **_with_closed(fields.metadata)},
            updated_at=self._now(),
        )
        self._pipelines().put(object_kind(object_type).name, pipeline.with_stage(changed))
        return jsonify(_stage_body(changed))

    def delete_stage(self, object_type: str, pipeline_id: str, stage_id: str) -> Response:
        pipeline = self._find(object_type, pipeline_id)
        _stage(pipeline, stage_id)
        self._pipelines().put(object_kind(object_type).name, pipeline.without_stage(stage_id))
        return Response(status=204)

    def _find(self, object_type: str, pipeline_id: str) -> Pipeline:
        pipeline = self._pipelines().find(object_kind(object_type).name, pipeline_id)
        if pipeline is None:
            raise not_found(f"No pipeline with id {pipeline_id} exists")
        return pipeline

    def _new_stage(self, fields: StageFields) -> Stage:
        now = self._now()
        metadata = _with_closed(fields.metadata)
        return Stage(self._pipelines().new_id(), fields.label or "", fields.display_order or 0, metadata, now, now)


def _with_closed(metadata: Mapping[str, str]) -> Mapping[str, str]:
    # HubSpot derives isClosed of a deal stage from its probability.
    probability = metadata.get("probability")
    return metadata if probability is None else {**metadata, "isClosed": str(float(probability) in (0.0, 1.0)).lower()}


def _stage(pipeline: Pipeline, stage_id: str) -> Stage:
    stage = pipeline.stage(stage_id)
    if stage is None:
        raise not_found(f"No stage with id {stage_id} exists")
    return stage


def _created(body: dict[str, object]) -> Response:
    answer = jsonify(body)
    answer.status_code = 201
    return answer


def _pipeline_body(pipeline: Pipeline) -> dict[str, object]:
    return {
        "label": pipeline.label,
        "displayOrder": pipeline.display_order,
        "id": pipeline.id,
        "stages": [_stage_body(stage) for stage in pipeline.stages],
        "createdAt": _iso(pipeline.created_at),
        "updatedAt": _iso(pipeline.updated_at),
        "archived": False,
    }


def _stage_body(stage: Stage) -> dict[str, object]:
    return {
        "label": stage.label,
        "displayOrder": stage.display_order,
        "metadata": dict(stage.metadata),
        "id": stage.id,
        "createdAt": _iso(stage.created_at),
        "updatedAt": _iso(stage.updated_at),
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
