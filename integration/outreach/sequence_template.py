"""Sequence templates as files: parsed and checked once. A text may use only facts it lists as needed, so nothing can be made up."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from integration.core.errors import BadInput
from integration.outreach.base import Channel
from integration.providers.base import Field as FactField

_FOLDER: Final = Path(__file__).parent / "templates"
SENDER_WORDS: Final = frozenset({"sender_name", "sender_company", "offer"})


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(_Strict):
    """One wording. Usable when every field in `needs` is known."""

    needs: tuple[FactField, ...]
    subject: str
    body: str

    @model_validator(mode="after")
    def _says_only_what_it_needs(self) -> Self:
        used = {name for text in (self.subject, self.body) for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        unknown = used - {need.value for need in self.needs} - SENDER_WORDS
        if unknown:
            raise ValueError(f"uses {', '.join(sorted(unknown))} without listing it under needs")
        return self


class StepTemplate(_Strict):
    day_offset: Annotated[int, Field(ge=0, le=90)]
    channel: Channel
    required: bool = False
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)]


class SequenceTemplate(_Strict):
    name: str
    steps: Annotated[tuple[StepTemplate, ...], Field(min_length=1, max_length=20)]


def parse_template(text: str) -> SequenceTemplate:
    """The template written in YAML. Raises BadInput naming every wrong place."""
    try:
        return SequenceTemplate.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadInput(f"The sequence template is not valid YAML: {error}", reason="bad_template") from error
    except ValidationError as error:
        problems = "\n".join(f"  - {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise BadInput(f"The sequence template has problems:\n{problems}", reason="bad_template") from error


@cache
def default_template() -> SequenceTemplate:
    return parse_template((_FOLDER / "first_touch.yaml").read_text(encoding="utf-8"))
