"""A dashboard in Grafana's own form, by its own library, so that its schema is kept."""

from __future__ import annotations

import json
from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    GridPos,
    Threshold,
    ThresholdsMode,
    VariableOption,
)

from observability.dashboards.layout import Place, placed
from observability.dashboards.model import Board, Look, Panel, Query, Row
from observability.services import SERVICES

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="prometheus")
"""The data source that `grafana/provisioning` makes."""
TAG: Final = "water"
_GOOD, _ALARMING = "green", "red"


def dashboard_json(board: Board) -> str:
    """Return the file that Grafana reads."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"water-{board.name}")
        .description(board.description)
        .tags([TAG])
        .timezone("Europe/Amsterdam")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-1h", "now")
        .refresh("15s")
        .link(
            dashboard.DashboardLink("Water")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(as_dropdown=True)
            .keep_time(keep_time=True)
        )
    )
    if board.of_a_service:
        made.with_variable(_choice_of_a_service())
    for number, (place, what) in enumerate(placed(board), start=1):
        if isinstance(what, Row):
            made.with_row(dashboard.Row(what.title).id(number).grid_pos(_position(place)))
        else:
            made.with_panel(_panel(what).id(number).grid_pos(_position(place)))
    return json.dumps(made.build(), cls=JSONEncoder, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _choice_of_a_service() -> dashboard.CustomVariable:
    options = [VariableOption(text=service, value=service, selected=service == SERVICES[0]) for service in SERVICES]
    return (
        dashboard.CustomVariable("service")
        .label("Service")
        .values(",".join(SERVICES))
        .options(options)
        .current(options[0])
    )


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    made = _number(panel) if panel.look is Look.NUMBER else _lines(panel)
    made.title(panel.title).description(panel.meaning).datasource(SOURCE).unit(panel.unit)
    made.thresholds(_thresholds(panel.limit))
    if panel.bottom is not None:
        made.min(panel.bottom)
    if panel.top is not None:
        made.max(panel.top)
    for number, query in enumerate(panel.queries):
        made.with_target(_target(query, name=chr(ord("A") + number)))
    return made


def _number(panel: Panel) -> stat.Panel:
    made = (
        stat.Panel()
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    return made.color_mode(BigValueColorMode.NONE if panel.limit is None else BigValueColorMode.VALUE)


def _are_named(panel: Panel) -> bool:
    """Whether a legend says more than the title does."""
    return any(query.legend for query in panel.queries)


def _lines(panel: Panel) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=_are_named(panel))
    )
    made = (
        timeseries.Panel()
        .legend(legend)
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .line_width(1)
        .show_points(VisibilityMode.NEVER)
        .gradient_mode(GraphGradientMode.NONE)
        .fill_opacity(30 if panel.look is Look.STACK else 5)
    )
    if panel.look is Look.STACK:
        made.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    return made


def _thresholds(limit: float | None) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color=_GOOD)]
    if limit is not None:
        steps.append(Threshold(value=limit, color=_ALARMING))
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _target(query: Query, *, name: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().ref_id(name).expr(query.expr).range()
    return target.legend_format(query.legend or "__auto")


def _position(place: Place) -> GridPos:
    return GridPos(x=place.x, y=place.y, w=place.width, h=place.height)
