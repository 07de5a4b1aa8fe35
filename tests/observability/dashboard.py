"""Checks a Grafana dashboard without a Grafana: `python tests/observability/dashboard.py [FILE]`.

Grafana's own JSON schemas (grafana-schemas/) find unknown and misspelt fields of the dashboard, of each query and of each
panel's options. What no schema says is checked besides: which types of panel exist, ids that are there once, panels that
lie on each other, and queries to another data source than the one that is chosen on the page.
"""

import itertools
import json
import pathlib
import sys

import jsonschema

import promql

HERE = pathlib.Path(__file__).resolve().parent
DASHBOARD = HERE.parents[1] / "observability/grafana/ringdown.json"
# The type of a panel is any text to the schema. `graph` and others that Grafana has dropped are not here.
PANELS = {"row", "text", "timeseries", "stat", "piechart", "table", "bargauge"}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DASHBOARD
    found = problems(json.loads(path.read_text()))
    for problem in found:
        print(f"{path.name}: {problem}")
    return 1 if found else 0


def problems(dashboard, names=None):
    """All that is wrong with a dashboard, as sentences. `names`, if given, are the metrics that there are."""
    found = [*_schema("dashboard", "Dashboard", dashboard, "dashboard")]
    panels = dashboard.get("panels", [])
    for panel in panels:
        found += _panel(panel, f"panel {panel.get('id')} ({panel.get('title')})", names)
    ids = [panel.get("id") for panel in panels]
    found += [f"the id {one} is there {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1]
    for one, other in itertools.combinations(panels, 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            found.append(f"panels {one['id']} and {other['id']} lie on each other")
    variables = {one["name"]: one for one in dashboard["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        found.append("there is no variable `datasource` to choose the data source by")
    found += [f"variable {name}: another data source" for name, one in variables.items()
              if one["type"] == "query" and one.get("datasource") != DATASOURCE]
    return found


def _panel(panel, name, names):
    kind = panel["type"]
    if kind not in PANELS:
        return [f"{name}: there is no panel of the type {kind}"]
    if panel["gridPos"]["x"] + panel["gridPos"]["w"] > COLUMNS:
        return [f"{name}: wider than the page"]
    if kind == "row":
        return [f"{name}: the panels of a row stand below it"] if panel["panels"] else []
    found = [*_schema(kind, "Options", panel.get("options", {}), f"{name}: options")]
    custom = panel.get("fieldConfig", {}).get("defaults", {}).get("custom", {})
    found += _schema(kind, "FieldConfig", custom, f"{name}: fieldConfig.defaults.custom")
    if kind == "text":
        return found
    if panel.get("datasource") != DATASOURCE:
        found.append(f"{name}: another data source than the chosen one")
    if not panel.get("description"):
        found.append(f"{name}: no description")
    if not panel.get("targets"):
        found.append(f"{name}: no query")
    refs = [target.get("refId") for target in panel.get("targets", [])]
    if len(set(refs)) != len(refs):
        found.append(f"{name}: two queries have the same refId")
    for target in panel.get("targets", []):
        where = f"{name}: query {target.get('refId')}"
        found += _schema("prometheus", "Dataquery", target, where)
        if target.get("datasource") != DATASOURCE:
            found.append(f"{where}: another data source than the chosen one")
        if target.get("instant") == target.get("range"):
            found.append(f"{where}: either instant or range")
        if names is not None:
            found += [f"{where}: there is no metric {one}" for one in sorted(promql.metrics(target["expr"]) - names)]
    return found


def _schema(file, definition, value, where):
    """What a schema finds wrong. A kind of panel without a definition of its own has nothing to describe: {}."""
    schema = json.loads((HERE / f"grafana-schemas/{file}.json").read_text())
    if definition not in schema["definitions"]:
        return [f"{where}: should be empty"] if value else []
    schema = {**schema, "$ref": f"#/definitions/{definition}"}
    errors = jsonschema.Draft7Validator(schema).iter_errors(value)
    # Of alternatives it says which one comes closest.
    errors = [jsonschema.exceptions.best_match([error]) for error in errors]
    return [f"{where}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]


def _overlap(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


if __name__ == "__main__":
    sys.exit(main())
