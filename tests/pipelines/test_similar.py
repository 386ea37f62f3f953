import pytest

from pipelines.similar import Story, bands, body, same_story, sign
from tests.pipelines.material import HALVES, Pair, Post, pairs

PAIRS = 20


def story(post: Post) -> Story:
    return Story(post.title, post.text, post.files)


def merged(pair: Pair) -> bool:
    one, other = (set(bands(sign(post.text))) for post in (pair.one, pair.other))
    return bool(one & other) and same_story(story(pair.one), story(pair.other))


@pytest.fixture(scope="module", params=HALVES)
def material(request: pytest.FixtureRequest) -> list[Pair]:
    return list(pairs(request.param, PAIRS))


def test_look_alikes_are_never_one_story(material: list[Pair]) -> None:
    wrong = [pair for pair in material if not pair.same and merged(pair)]
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "long", "least"),
    [
        ("marks", True, 1.0),
        ("marks", False, 1.0),
        ("head, tail, title", True, 0.95),
        ("head, tail, title", False, 0.8),
        ("dropped", True, 0.9),
        ("edits 2 %", True, 0.8),
        ("edits 2 %", False, 0.6),
        ("all, edits 2 %", True, 0.5),
    ],
)
def test_re_posts_are_found(material: list[Pair], kind: str, long: bool, least: float) -> None:
    found = [merged(pair) for pair in material if (pair.kind, pair.long) == (kind, long)]
    assert len(found) == PAIRS
    assert sum(found) / PAIRS >= least


def test_either_order_says_the_same(material: list[Pair]) -> None:
    for pair in material:
        one, other = story(pair.one), story(pair.other)
        assert same_story(one, other) == same_story(other, one)


def test_numbered_posts_of_one_template() -> None:
    def numbered(n: int) -> Story:
        title = f"第{n}号消息的完整标题"
        return Story(title, "\n".join(f"{title}的第{k}段，讲这件事的经过。" for k in range(1, 40)))

    assert len(numbered(3).folded) > 600
    assert not same_story(numbered(3), numbered(25))
    assert not same_story(numbered(2), numbered(25))


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("新华社北京８月25日电（记者 张三、李四）", "（责任编辑：王五）"),
        ("本报讯 （记者张三）", "来源：某某日报\n编辑：李四　校对：王五"),
        ("本报记者 张三 通讯员 李四\n", "某某局办公室\n2024年8月25日"),
        ("大众网东营6月27日讯（通讯员 张学荣）", "（通讯员：牟秀颖 刘相如）"),
    ],
)
def test_head_and_tail_do_not_count(head: str, tail: str) -> None:
    text = "会议强调，要认真做好这一项工作。\n各单位随后作了交流发言。"
    assert body(f"{head}{text}\n{tail}") == body(text)


def test_the_day_that_closes_a_notice_tells_issues_apart() -> None:
    text = "因管道检修，部分路段将临时停水，请有关用户提前做好储水准备，不便之处敬请谅解。" * 4
    one, other = (Story("停水通知", f"{text}\n某某水务局\n2024年8月{day}日") for day in (3, 21))
    assert not same_story(one, other)
    assert same_story(one, Story("停水通知", text))


def test_short_texts_need_their_titles() -> None:
    text = "现将有关名单予以公布，望各单位遵照执行。"
    assert not same_story(Story("先进集体名单公布", text), Story("先进个人名单公布", text))
    assert same_story(
        Story("先进集体名单公布", text), Story("关于先进集体名单公布", text + "特此公告。")
    )


def test_nothing_to_compare() -> None:
    for text in ("", "。。", "ab"):
        assert sign(text) == b""
        assert bands(sign(text)) == []
    assert not same_story(Story("标题", ""), Story("标题", ""))


def test_signatures_are_stable() -> None:
    """Stored bands must mean the same tomorrow."""
    signature = sign("会议强调，要认真做好这一项工作。")
    assert len(signature) == 512
    assert len(bands(signature)) == 20
    assert bands(signature)[0] == 3164439300645217379
