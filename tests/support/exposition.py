"""A strict reader of Prometheus' text exposition format 0.0.4: whatever is not as described there is an error.

It also holds the metrics to the naming rules: counters end in _total, a family stands once and together, histograms
are cumulative, end in +Inf and agree with their count.
"""

import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
VALUE = re.compile(r"[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


class Malformed(ValueError):
    pass


def expect(condition, why, line):
    if not condition:
        raise Malformed(f"{why}: {line!r}")


def read_labels(text, line):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        expect(match, "malformed label", line)
        expect(match[1] not in labels, "label twice", line)
        labels[match[1]] = match[2]
        at = match.end()
        if at < len(text):
            expect(text[at] == "," and at + 1 < len(text), "malformed labels", line)
            at += 1
    return labels


def read_sample(line):
    match = re.fullmatch(r"([^{ ]+)(?:\{(.*)\})? (\S+)", line)
    expect(match and NAME.fullmatch(match[1]), "malformed sample", line)
    expect(VALUE.fullmatch(match[3]), "malformed value", line)
    return match[1], read_labels(match[2] or "", line), float(match[3])


class Family:
    def __init__(self, name, help_text):
        self.name = name
        self.help = help_text
        self.type = None
        self.samples = []

    def check_histogram(self):
        series = {}
        for name, labels, value in self.samples:
            rest = frozenset((key, text) for key, text in labels.items() if key != "le")
            series.setdefault(rest, {"buckets": []})
            if name.endswith("_bucket"):
                series[rest]["buckets"].append((float(labels["le"]), value))
            else:
                series[rest][name[len(self.name):]] = value
        for rest, parts in series.items():
            bounds = [bound for bound, _ in parts["buckets"]]
            counts = [count for _, count in parts["buckets"]]
            expect(bounds == sorted(set(bounds)) and bounds[-1] == float("inf"), "bounds", (self.name, rest))
            expect(counts == sorted(counts), "not cumulative", (self.name, rest))
            expect(counts[-1] == parts["_count"], "count is not the last bucket", (self.name, rest))
            expect("_sum" in parts, "no sum", (self.name, rest))


def read(text):
    """{family's name: Family}; Malformed when the text is not a proper exposition."""
    expect(text.endswith("\n"), "the last line does not end", text[-80:])
    families, current, seen = {}, None, set()
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, _, help_text = line[7:].partition(" ")
            expect(NAME.fullmatch(name) and help_text, "malformed help", line)
            expect(name not in families, "family twice", line)
            current = families[name] = Family(name, help_text)
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            expect(current and name == current.name and not current.type, "type without its help", line)
            expect(kind in SUFFIXES, "unknown type", line)
            expect((kind == "counter") == name.endswith("_total"), "counters, and only they, end in _total", line)
            current.type = kind
        else:
            name, labels, value = read_sample(line)
            expect(current and current.type, "sample without family", line)
            expect(name in [current.name + suffix for suffix in SUFFIXES[current.type]], "foreign sample", line)
            key = (name, frozenset(labels.items()))
            expect(key not in seen, "sample twice", line)
            expect(current.type == "gauge" or value >= 0, "negative count", line)
            seen.add(key)
            current.samples.append((name, labels, value))
    for family in families.values():
        expect(family.type, "help without type", family.name)
        if family.type == "histogram":
            family.check_histogram()
    return families


def value(families, name, **labels):
    """The one sample of that name with exactly those labels."""
    family = families.get(name) or families[re.sub(r"_(bucket|sum|count)$", "", name)]
    found = [number for sample, had, number in family.samples if sample == name and had == labels]
    expect(len(found) == 1, f"{len(found)} samples", (name, labels))
    return found[0]
