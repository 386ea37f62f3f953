"""What `scrapy evaluate` prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from crawler.evaluation.corpus import NAMED, Label
from crawler.evaluation.measures import MEASURES, badness, boilerplate, means, measure
from crawler.evaluation.readers import Prediction, Run

_SHORT = 60  # characters of a text that are shown


def accuracy(reader: str, labels: list[Label], run: Run) -> str:
    """Means by set, each with the number of pages that it was judged on."""
    sets: dict[str, list[dict[str, float]]] = defaultdict(list)
    for label in labels:
        sets[label.set].append(measure(label, run.predictions[label.id]))
    rows = sorted(sets.items())
    rows.append(("ALL", [values for _, measured in rows for values in measured]))
    width = max(len(reader), *(len(name) for name, _ in rows))
    lines = [f"{reader:<{width}}{'pages':>7}" + "".join(f"{name:>12}" for name in MEASURES)]
    for name, measured in rows:
        found = means(measured)
        cells = [f"{found[m][0]:.3f} ({found[m][1]})" if m in found else "-" for m in MEASURES]
        lines.append(f"{name:<{width}}{len(measured):>7}" + "".join(f"{c:>12}" for c in cells))
    return "\n".join(lines)


def decisions(reader: str, labels: list[Label], run: Run) -> str:
    """What was taken for an article and is none, the other way round, and what failed."""
    accepted, refused, crashed = [], [], []
    for label in labels:
        got = run.predictions[label.id]
        page = f"  {label.set}  {label.id}  "
        if label.id in run.crashed:
            crashed.append(page + run.crashed[label.id])
        elif got.refused and label.is_article:
            refused.append(f"{page}{got.refused}  {_cut(got.detail)}".rstrip())
        elif not got.refused and not label.is_article:
            accepted.append(f"{page}{label.kind}, read as {_cut(got.title)!r}")
    others = sum(not label.is_article for label in labels)
    lines = [
        f"{reader}: {len(accepted)} of {others} non-articles accepted",
        *accepted,
        f"{reader}: {len(refused)} of {len(labels) - others} articles refused",
        *refused,
        f"{reader}: {len(crashed)} crashed",
        *crashed,
    ]
    return "\n".join(lines)


def cost(pages: int, runs: Mapping[str, Run]) -> str:
    """CPU a page of each reader, beside the first run: parsing the same bytes, and no more."""
    parsing, ours, *others = runs
    lines = [f"{'CPU':<14}{'ms a page':>12}{'x parse':>10}"]
    lines += [
        f"{name:<14}{run.seconds / pages * 1000:>12.2f}{run.seconds / runs[parsing].seconds:>10.1f}"
        for name, run in runs.items()
    ]
    lines += [
        f"{name} takes {runs[name].seconds / runs[ours].seconds:.1f} times the CPU of {ours}"
        for name in others
    ]
    return "\n".join(lines)


def guards(counts: Counter[str]) -> str:
    """How often each guard overruled trafilatura, and where it had no say (see reading.body)."""
    overruled = [f"{name} {count}" for name, count in counts.most_common() if name != "clean"]
    return (
        f"guards that replaced trafilatura's result: {', '.join(overruled) or 'none'}\n"
        f"trafilatura not asked, every block under a guard: {counts['clean']} pages"
    )


def worst(labels: list[Label], run: Run, count: int) -> str:
    """The pages furthest from right: what was expected, what was read."""
    measured = [(label, measure(label, run.predictions[label.id])) for label in labels]
    wrong = [(label, values) for label, values in measured if badness(values)]
    wrong.sort(key=lambda page: -badness(page[1]))
    lines = []
    for label, values in wrong[:count]:
        lines.append(f"{label.set}  {label.id}  {label.url or label.html_path}")
        got = run.predictions[label.id]
        if got.refused:
            problem = run.crashed.get(label.id) or f"{got.refused}  {got.detail}"
            lines.append(f"  not read {_cut(problem)}")
        else:
            lines += _differences(label, got, values)
    return "\n".join(lines) or "No page differs from its labels."


def _differences(label: Label, got: Prediction, values: dict[str, float]) -> Iterator[str]:
    """A line for everything that is not as labelled."""
    for name in ("title", "date", *NAMED):
        if values.get(name) == 0:
            truth = getattr(label, name)
            truth = "、".join(truth) if isinstance(truth, list) else truth
            yield f"  {name:<8} expected {_cut(truth)!r}, got {_cut(getattr(got, name))!r}"
    if values.get("F1", 1) < 1:
        yield "  body     " + ", ".join(f"{name} {values[name]:.3f}" for name in ("F1", "P", "R"))
        truth = label.body or ""
        for what, body, other in (("lacks", truth, got.body), ("extra", got.body, truth)):
            if line := _first_only_in(body, other):
                yield f"           {what} {_cut(line)!r}"
    if values.get("junk"):
        leaked = boilerplate(got.body) - boilerplate(label.body or "")
        yield f"  junk     {' '.join(sorted(leaked))}"


def _first_only_in(body: str, other: str) -> str:
    """The first line that another body has nowhere, white space aside; "" where there is none."""
    squeezed = "".join(other.split())
    lines = body.split("\n")
    return next((line for line in lines if "".join(line.split()) not in squeezed), "")


def _cut(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHORT else folded[:_SHORT] + "…"
