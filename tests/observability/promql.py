"""Queries of Prometheus as texts: those of a dashboard, of a page and of the rules, and the metrics that they name."""

import re

# The values of Grafana's own variables, for a server that has run for a minute.
VARIABLES = {"$__rate_interval": "1m", "$__range": "1h"}
# What a series of a histogram or a counter is called beside the metric itself.
SUFFIXES = ("_bucket", "_sum", "_count")
# A name with a selector or a range behind it is a metric, and so is one with our prefixes wherever it stands.
SELECTED = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*[{\[]")
PREFIXED = re.compile(r"\b((?:twilio|ringdown)_[a-zA-Z0-9_]+)\b")


def metrics(expression):
    """The metrics that an expression names, a histogram's series as the histogram."""
    bare = re.sub(r'"[^"]*"', '""', re.sub(r"#.*", "", expression))
    names = set(SELECTED.findall(bare)) | set(PREFIXED.findall(bare))
    return {_family(name) for name in names} - {"up"}


def _family(name):
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name.startswith("ringdown_") and "_seconds" in name:
            return name.removesuffix(suffix)
    return name


def of_dashboard(dashboard, instance):
    """The queries of all panels: where each stands, its text with the variables filled in, and whether it is instant."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$instance", re.escape(instance).replace("\\", "\\\\"))
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            assert "$" not in expression, f"a variable that nobody fills: {expression}"
            yield f"panel {panel['id']} ({panel['title']}), query {target['refId']}", expression, target["instant"]


def of_page(text):
    """The blocks of PromQL of a page of Markdown, one expression each."""
    return [block.strip() for block in re.findall(r"^```promql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def of_rules(rules):
    """The rules of a file of rules, by the names of their alerts."""
    return {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}
