"""Reads the switches that the control API changes while the simulator runs: limits, delivery, latency, faults, clock."""

from dataclasses import replace
from typing import cast

from simulator.clock import Clock
from simulator.control.reading import Fields
from simulator.errors import HubSpotError
from simulator.faults import FAULT_KINDS, FaultKind, FaultSpec
from simulator.limiter import RateLimits
from simulator.webhooks.queue import WebhookSettings
from simulator.world import WorldSettings


def read_settings(fields: Fields, current: WorldSettings) -> WorldSettings:
    """`current` with what the object changes."""
    settings = replace(
        current,
        limits=_limits(fields.child("limits"), current.limits),
        webhooks=_webhooks(fields.child("webhooks"), current.webhooks),
        access_token_life_s=fields.integer("access_token_life_s", current.access_token_life_s),
        authorization_code_life_s=fields.integer("authorization_code_life_s", current.authorization_code_life_s),
        latency_ms=fields.integer("latency_ms", current.latency_ms),
        keep_bodies=fields.flag("keep_bodies", default=current.keep_bodies),
    )
    fields.finish()
    return settings


def read_fault(fields: Fields) -> FaultSpec:
    """The fault that the object describes."""
    kind = fields.text("kind")
    if kind not in FAULT_KINDS:
        raise HubSpotError(400, "CONTROL_ERROR", f"{fields.path}.kind must be one of {', '.join(FAULT_KINDS)}")
    spec = FaultSpec(
        kind=cast(FaultKind, kind),
        path=fields.pattern("path"),
        method=fields.optional_text("method"),
        portal_id=fields.optional_integer("portal_id"),
        count=fields.optional_integer("count"),
        duration_s=fields.optional_number("duration_s"),
        ratio=fields.number("ratio", 1.0),
        status=fields.integer("status", 500),
        retry_after_s=fields.optional_integer("retry_after_s"),
        policy=fields.text("policy", "TEN_SECONDLY_ROLLING"),
        delay_ms=fields.integer("delay_ms", 0),
        applied=fields.flag("applied"),
    )
    fields.finish()
    return spec


def move_clock(fields: Fields, clock: Clock) -> None:
    """Change the speed, set and advance the clock, in this order: a clock that stands still shows exactly what was set."""
    if "speed" in fields:
        clock.run_at(fields.number("speed"))
    if "set" in fields:
        clock.set(fields.moment("set"))
    if "advance_s" in fields:
        clock.advance(fields.number("advance_s"))
    fields.finish()


def _limits(fields: Fields, current: RateLimits) -> RateLimits:
    limits = RateLimits(
        burst_per_window=fields.integer("burst_per_window", current.burst_per_window),
        associations_per_window=fields.integer("associations_per_window", current.associations_per_window),
        window_s=fields.number("window_s", current.window_s),
        search_per_s=fields.integer("search_per_s", current.search_per_s),
    )
    fields.finish()
    return limits


def _webhooks(fields: Fields, current: WebhookSettings) -> WebhookSettings:
    settings = WebhookSettings(
        batch_size=fields.integer("batch_size", current.batch_size),
        timeout_s=fields.number("timeout_s", current.timeout_s),
        max_retries=fields.integer("max_retries", current.max_retries),
        retry_scale=fields.number("retry_scale", current.retry_scale),
        gather_s=fields.number("gather_s", current.gather_s),
        duplicate_ratio=fields.number("duplicate_ratio", current.duplicate_ratio),
        repeated_id_ratio=fields.number("repeated_id_ratio", current.repeated_id_ratio),
        shuffle=fields.flag("shuffle", default=current.shuffle),
    )
    fields.finish()
    return settings
