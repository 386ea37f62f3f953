from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import Misuse
from crawler.evaluation import report
from crawler.evaluation.corpus import Label, load_corpus
from crawler.evaluation.measures import badness, means, measure
from crawler.evaluation.readers import Prediction, Run


def judged(got: dict[str, str], **truth: Any) -> dict[str, float]:
    return measure(Label(id="1", html_path="1.html", **truth), Prediction(**got))


def test_body_is_counted_by_runs_of_four_characters() -> None:
    values = judged({"body": "甲乙丙丁戊 己庚"}, body="甲乙丙丁\n戊己")
    # 甲乙丙丁 乙丙丁戊 丙丁戊己, and one more in the reading: 丁戊己庚.
    assert (values["P"], values["R"]) == (3 / 4, 1)
    assert values["F1"] == pytest.approx(6 / 7)


def test_a_run_counts_as_often_as_it_stands_there() -> None:
    values = judged({"body": "甲甲甲甲甲甲"}, body="甲甲甲甲")
    assert (values["P"], values["R"]) == (1 / 3, 1)


def test_other_languages_are_counted_by_words() -> None:
    values = judged({"body": "One two three four"}, body="one two three four five", lang="en")
    assert (values["P"], values["R"]) == (1, 1 / 2)


def test_a_page_not_read_is_wrong_and_counted() -> None:
    values = judged({"refused": "no_title"}, title="标题", body="正文", date="2026-01-02")
    assert values == {"P": 0, "R": 0, "F1": 0, "junk": 0, "title": 0, "date": 0}
    assert badness(values) == 3


@pytest.mark.parametrize(
    ("field", "truth", "got", "right"),
    [
        ("title", "关于Ａ类 事项", "关于A类事项", 1),
        ("title", "关于A类事项", "关于A类事项-云湾市", 0),
        ("date", "2026-01-02", "2026-01-02", 1),
        ("date", "2026-01-02", "", 0),
        ("date", "", "", 1),
        ("author", "甲某、乙某", "乙某、甲某", 1),
        ("author", ["甲某", "乙某"], "甲某 乙某", 1),
        ("author", "作者：甲某", "甲某", 1),
        ("author", "甲某、乙某", "甲某", 0),
        ("author", "", "佚名", 0),
        ("source", "", "", 1),
        ("source", "Yunwan  Daily", "yunwan daily", 1),
    ],
)
def test_fields(field: str, truth: Any, got: str, right: int) -> None:
    assert judged({field: got}, **{field: truth}) == {field: right}


def test_boilerplate_is_junk_unless_the_article_has_it_too() -> None:
    assert judged({"body": "正文。上一篇：通知"}, body="正文。")["junk"] == 1
    assert judged({"body": "如何收藏字画"}, body="如何收藏字画")["junk"] == 0
    assert "junk" not in judged({"body": "上一篇"}, body="text", lang="en")


def test_what_was_not_judged_is_not_counted() -> None:
    assert judged({"title": "标题", "body": "正文"}) == {}
    assert means([{"title": 1.0}, {}, {"title": 0.0, "date": 1.0}]) == {
        "title": (0.5, 2),
        "date": (1.0, 1),
    }


def test_a_crash_costs_one_page() -> None:
    def read(body: bytes, url: str | None) -> Prediction:
        if body == b"bad":
            raise RecursionError("too deep")
        return Prediction(title=body.decode())

    run = Run(read)
    for name in ("bad", "good"):
        run.take(Label(id=name, html_path=name), name.encode())
    assert run.crashed == {"bad": "RecursionError: too deep"}
    assert run.predictions["bad"].refused == "crashed"
    assert run.predictions["good"] == Prediction(title="good")
    assert run.seconds > 0


def test_a_page_that_trafilatura_was_not_asked_about_is_not_one_that_it_lost() -> None:
    lines = report.guards(Counter({"clean": 7, "image": 2})).splitlines()
    assert lines[0].endswith(": image 2")
    assert lines[1].endswith(": 7 pages")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "has no pages"),
        ('{"id": "1", "html_path": "1.html"}\n{"id": ', "line 2: "),
        ("[]", "line 1: not an object"),
        ('{"html_path": "1.html"}', "line 1: id is missing"),
        ('{"id": "1"}', "line 1: html_path is missing"),
        ('{"id": "1", "html_path": "1.html", "date": 2026}', "line 1: date is not text: 2026"),
        ('{"id": "1", "html_path": "1.html"}\n' * 2, "line 2: another page has the id 1"),
        ('{"id": "1", "html_path": "2.html"}', "line 1: page 1: there is no file 2.html"),
    ],
)
def test_a_bad_corpus_says_where(tmp_path: Path, lines: str, problem: str) -> None:
    (tmp_path / "1.html").write_text("<p>")
    (tmp_path / "corpus.jsonl").write_text(lines)
    with pytest.raises(Misuse, match=problem):
        load_corpus(tmp_path / "corpus.jsonl")


def test_null_and_what_nobody_knows_are_no_label(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("<p>")
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(
        '\ufeff{"id": "1", "html_path": "1.html", "title": null, "note": 3}\n\n', "utf-8"
    )
    assert load_corpus(corpus) == [Label(id="1", html_path="1.html")]
