"""The dashboard by its shape, and whether the check finds what is broken; and what Grafana provisions."""

import copy
import json

import yaml

from dashboard import DATASOURCE, problems


def _panel(dashboard, kind):
    return next(panel for panel in dashboard["panels"] if panel["type"] == kind)


def _change(kind, **more):
    return lambda dashboard: _panel(dashboard, kind).update(more)


# Mistakes that dashboards have, each made in ours.
BROKEN = {
    "a panel that Grafana has dropped": _change("timeseries", type="graph"),
    "a misspelt panel": _change("stat", type="stats"),
    "an unknown field": _change("timeseries", span=12),
    "a panel wider than the page": lambda dashboard: _panel(dashboard, "table")["gridPos"].update(w=30),
    "panels that lie on each other": lambda dashboard: dashboard["panels"][2]["gridPos"].update(x=0),
    "an id twice": lambda dashboard: dashboard["panels"][2].update(id=dashboard["panels"][1]["id"]),
    "an unknown option": lambda dashboard: _panel(dashboard, "piechart")["options"].update(donut=True),
    "a legend of no kind": lambda dashboard: _panel(dashboard, "timeseries")["options"]["legend"].update(placement="top"),
    "an unknown field of a query": lambda dashboard: _panel(dashboard, "stat")["targets"][0].update(query="up"),
    "a data source of somebody's": _change("stat", datasource={**DATASOURCE, "uid": "abcdef"}),
    "no variable for the data source": lambda dashboard: dashboard["templating"]["list"].pop(0),
    "no version of the schema": lambda dashboard: dashboard.pop("schemaVersion"),
    "a metric that there is not": lambda dashboard: _panel(dashboard, "stat")["targets"][0].update(
        expr="sum(twilio_calls_total)"),
}


def check(grafana):
    """Checks the dashboard of this folder and how it is provisioned. Gives how many panels it has."""
    dashboard = json.loads((grafana / "ringdown.json").read_text())
    assert (wrong := problems(dashboard)) == [], wrong
    for mistake, make in BROKEN.items():
        broken = copy.deepcopy(dashboard)
        make(broken)
        assert problems(broken, {"twilio_messages_delivered_total"} if "metric" in mistake else None), mistake
    [source] = yaml.safe_load((grafana / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == DATASOURCE["type"] and source["url"].startswith("http://"), source
    [provider] = yaml.safe_load((grafana / "provisioning/dashboards/ringdown.yml").read_text())["providers"]
    assert provider["type"] == "file" and provider["options"]["path"], provider
    interval = yaml.safe_load((grafana.parent / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval, "$__rate_interval needs the interval of the scrapes"
    return len(dashboard["panels"])
