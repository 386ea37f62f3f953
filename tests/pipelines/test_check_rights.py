from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from crawler.items import Article, Candidate
from pipelines.check_rights import AllowList, CheckRightsPipeline

FILE = """
required_sections = ["要闻"]

[[source]]
name = "某某社"
aliases = ["某某网", "某某客户端"]
category = "中央新闻单位"
valid_from = 2024-01-01
valid_to = 2024-12-31

[[source]]
name = "常在报"
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> CheckRightsPipeline:
    path = tmp_path / "sources.toml"
    path.write_text(FILE, "utf-8")
    return CheckRightsPipeline(AllowList.load(path))


@pytest.mark.parametrize(
    ("section", "source", "day", "hold"),
    [
        ("要闻", "某某社", "2024-05-01", ""),
        ("要闻", "某某网", "2024-12-31", ""),
        ("要闻", "某某社", "2025-01-01", "not_allowed"),
        ("要闻", "某某社", "2023-12-31", "not_allowed"),
        ("要闻", "常在报", "1999-01-01", ""),
        ("要闻", "别的网", "2024-05-01", "not_allowed"),
        ("通知公告", "别的网", "2024-05-01", ""),
    ],
)
def test_sections_that_require_a_listed_source(
    pipeline: CheckRightsPipeline,
    make_article: Callable[..., Article],
    section: str,
    source: str,
    day: str,
    hold: str,
) -> None:
    article = make_article(
        section=section,
        source=source,
        date_published=datetime.fromisoformat(f"{day}T00:00:00+08:00"),
    )
    assert pipeline.process_item(article).hold == hold


def test_what_the_page_forbids(
    pipeline: CheckRightsPipeline, make_article: Callable[..., Article]
) -> None:
    article = make_article(section="要闻", source="常在报")
    article.candidates["rights"] = [Candidate("禁止转载", "no_reprint", 9, "/html/body/p[9]")]
    assert pipeline.process_item(article).hold == "no_reprint"
    assert article.chosen["rights"].raw == "禁止转载"


def test_without_a_file_nothing_is_required(tmp_path: Path) -> None:
    assert AllowList.load(tmp_path / "sources.toml") == AllowList()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[source]]\naliases = []", "name"),
        ("[[source", "sources.toml"),
        ('[[source]]\nname = "x"\nvalid_from = "2024"', "2024-08-01"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=fault):
        AllowList.load(path)
