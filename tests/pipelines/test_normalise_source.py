from collections.abc import Callable

import pytest

from crawler.items import Article, Candidate
from pipelines.normalise_source import normalise_source


@pytest.mark.parametrize(
    ("raws", "source", "source_raw", "inferred"),
    [
        (["某某日报"], "某某日报", "某某日报", False),
        (["甲报、乙报+客户端"], "甲报、乙报+客户端", "甲报、乙报+客户端", False),
        (["本网"], "某市委组织部", "本网", False),
        (["本站原创"], "某市委组织部", "本站原创", False),
        (["[ 某某网 ]\ue5c2"], "某某网", "[ 某某网 ]\ue5c2", False),
        (["来源网络", "某某网"], "某某网", "某某网", False),
        (["-", "某某网"], "某某网", "某某网", False),
        ([], "某市委组织部", "", True),
    ],
)
def test_source(
    make_article: Callable[..., Article],
    raws: list[str],
    source: str,
    source_raw: str,
    inferred: bool,
) -> None:
    article = make_article(
        source="",
        source_raw="",
        publisher="某市委组织部",
        candidates={"source": [Candidate(raw, "info:来源") for raw in raws]},
    )
    normalise_source(article)
    read = (article.source, article.source_raw, article.source_inferred)
    assert read == (source, source_raw, inferred)
