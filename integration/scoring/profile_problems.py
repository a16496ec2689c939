"""Where a scoring profile is wrong: each problem with its path and its line in the YAML, so that an editor can show it there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from integration.scoring.profile import ScoringProfile


@dataclass(frozen=True)
class ProfileProblem:
    """`line` counts from 1; None where the problem has no place in the text. `excerpt` is that line as it stands."""

    path: str
    message: str
    line: int | None
    excerpt: str


def find_problems(text: str) -> tuple[ProfileProblem, ...]:
    """Every problem of the profile, by its line; none when `parse_profile` would take it."""
    try:
        document, root = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else min(mark.line + 1, max(1, len(text.splitlines())))
        return (_problem(text, "profile", f"not valid YAML: {error.problem or error.context or 'it cannot be read'}", line),)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return (_problem(text, "profile", f"not valid YAML: {error}", None),)
    if not isinstance(document, Mapping):
        return (_problem(text, "profile", "must be a mapping with the keys icp and bant", 1),)
    try:
        ScoringProfile.model_validate(document)
    except ValidationError as error:
        found = [
            _problem(
                text,
                ".".join(map(str, item["loc"])) or "profile",
                item["msg"].removeprefix("Value error, "),
                _line(root, item["loc"]),
            )
            for item in error.errors()
        ]
        return tuple(sorted(found, key=lambda one: (one.line or 0, one.path)))
    return ()


def _problem(text: str, path: str, message: str, line: int | None) -> ProfileProblem:
    lines = text.splitlines()
    excerpt = lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""
    return ProfileProblem(path, message, line, excerpt)


def _line(root: yaml.Node | None, path: Sequence[Any]) -> int | None:
    """The line of the innermost part of the path that stands in the text; a missing key is told at the mapping it belongs into."""
    node, line = root, None if root is None else root.start_mark.line + 1
    for step in path:
        found = _child(node, step)
        if found is None:
            return line
        key, node = found
        line = key.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: Any) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if getattr(key, "value", None) == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
